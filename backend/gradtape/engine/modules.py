"""From the spec of a layer to torch's module, on the CPU and with its parameters filled."""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import nn

from gradtape.engine.initializations import fill_parameters
from gradtape.engine.layers import Add, Concat, Dropout, Multiply
from gradtape.engine.randomness import Randomness
from gradtape.spec import LayerShapes
from gradtape.spec.layers import (
    AddLayer,
    AnyLayer,
    AvgPool2dLayer,
    BatchNormLayer,
    ConcatLayer,
    Conv1dLayer,
    Conv2dLayer,
    DropoutLayer,
    EluLayer,
    FlattenLayer,
    GeluLayer,
    LayerNormLayer,
    LeakyReluLayer,
    LinearLayer,
    LogSoftmaxLayer,
    MaxPool2dLayer,
    MultiplyLayer,
    ParametricLayer,
    ReluLayer,
    SigmoidLayer,
    SiluLayer,
    SoftmaxLayer,
    TanhLayer,
)

M = TypeVar("M", bound=nn.Module)


def build_module(
    layer: AnyLayer, shapes: LayerShapes, *, randomness: Randomness, dtype: torch.dtype
) -> nn.Module:
    """The module of one layer.

    Args:
        layer: not one that shares parameters; those need no module of their own kind.
        shapes: what arrives at it.
        randomness: fills the parameters; dropout keeps its training source.
    """
    if isinstance(layer, DropoutLayer):
        return Dropout(layer.p, generator=randomness.training)
    if not isinstance(layer, ParametricLayer):
        return _build_plain(layer)
    module = _build_parametric(layer, shapes, dtype)
    fill_parameters(module, layer, randomness.parameters)
    return module


def _build_parametric(layer: ParametricLayer, shapes: LayerShapes, dtype: torch.dtype) -> nn.Module:
    arriving = shapes.inputs[0]
    match layer:
        case LinearLayer():
            return _skip_init(
                nn.Linear, arriving[-1], layer.out_features, bias=layer.bias, dtype=dtype
            )
        case Conv1dLayer():
            return _skip_init(nn.Conv1d, arriving[1], dtype=dtype, **_window(layer))
        case Conv2dLayer():
            return _skip_init(nn.Conv2d, arriving[1], dtype=dtype, **_window(layer))
        case BatchNormLayer():
            return _build_batch_norm(layer, arriving, dtype)
        case LayerNormLayer():
            dimensions = layer.dimensions or len(arriving) - 1
            return _skip_init(
                nn.LayerNorm,
                list(arriving[-dimensions:]),
                eps=layer.eps,
                elementwise_affine=layer.elementwise_affine,
                bias=layer.bias,
                dtype=dtype,
            )
        case _:
            raise TypeError(f"no module for {layer.kind}")


def _skip_init(build: Callable[..., M], *sizes: Any, **options: Any) -> M:
    # Built without memory and without drawing a number: the global generator stays as it is.
    module = build(*sizes, device="meta", **options)
    return module.to_empty(device="cpu")


def _window(layer: Conv1dLayer | Conv2dLayer) -> dict[str, Any]:
    names = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
    return {name: getattr(layer, name) for name in names}


def _build_batch_norm(
    layer: BatchNormLayer, arriving: tuple[int, ...], dtype: torch.dtype
) -> nn.Module:
    module = _skip_init(
        nn.BatchNorm2d if len(arriving) == 4 else nn.BatchNorm1d,
        arriving[1],
        eps=layer.eps,
        momentum=layer.momentum,
        affine=layer.affine,
        track_running_stats=layer.track_running_stats,
        dtype=dtype,
    )
    module.reset_running_stats()
    return module


def _build_plain(layer: AnyLayer) -> nn.Module:
    match layer:
        case MaxPool2dLayer():
            return nn.MaxPool2d(
                layer.kernel_size,
                layer.stride,
                layer.padding,
                layer.dilation,
                ceil_mode=layer.ceil_mode,
            )
        case AvgPool2dLayer():
            return nn.AvgPool2d(
                layer.kernel_size,
                layer.stride,
                layer.padding,
                layer.ceil_mode,
                layer.count_include_pad,
            )
        case FlattenLayer():
            return nn.Flatten(layer.start_dim, layer.end_dim)
        case AddLayer():
            return Add()
        case MultiplyLayer():
            return Multiply()
        case ConcatLayer():
            return Concat(layer.dim)
        case _:
            return _build_activation(layer)


def _build_activation(layer: AnyLayer) -> nn.Module:
    match layer:
        case LeakyReluLayer():
            return nn.LeakyReLU(layer.negative_slope)
        case EluLayer():
            return nn.ELU(layer.alpha)
        case GeluLayer():
            return nn.GELU(layer.approximate)
        case SoftmaxLayer():
            return nn.Softmax(layer.dim)
        case LogSoftmaxLayer():
            return nn.LogSoftmax(layer.dim)
        case _:
            return ACTIVATIONS[type(layer)]()


ACTIVATIONS: dict[type[AnyLayer], Callable[[], nn.Module]] = {
    ReluLayer: nn.ReLU,
    SiluLayer: nn.SiLU,
    SigmoidLayer: nn.Sigmoid,
    TanhLayer: nn.Tanh,
}
"""Activations without a setting."""
