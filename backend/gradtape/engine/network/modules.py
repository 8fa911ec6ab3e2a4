"""From the spec of a layer to torch's module, on the CPU and with its parameters filled."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from gradtape.engine.network import attention, recurrent
from gradtape.engine.network.initializations import fill_parameters
from gradtape.engine.network.layers import (
    Add,
    Concat,
    Dropout,
    Multiply,
    Permute,
    Reshape,
    Select,
)
from gradtape.engine.randomness import Randomness
from gradtape.spec import LayerShapes
from gradtape.spec.completion import OWN_FIELDS
from gradtape.spec.layers import AnyLayer
from gradtape.spec.layers.attention import MultiheadAttentionLayer, TransformerEncoderLayer
from gradtape.spec.layers.base import LayerBase, ParametricLayer
from gradtape.spec.layers.convolutions import Conv1dLayer, Conv2dLayer, Conv3dLayer
from gradtape.spec.layers.learned import DropoutLayer, EmbeddingLayer, LinearLayer
from gradtape.spec.layers.normalization import (
    BatchNormLayer,
    GroupNormLayer,
    InstanceNormLayer,
    LayerNormLayer,
)
from gradtape.spec.layers.recurrent import RecurrentLayer

Options = dict[str, Any]

PLAIN: Mapping[str, Callable[..., nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "hardtanh": nn.Hardtanh,
    "softmax": nn.Softmax,
    "log_softmax": nn.LogSoftmax,
    "max_pool1d": nn.MaxPool1d,
    "max_pool2d": nn.MaxPool2d,
    "max_pool3d": nn.MaxPool3d,
    "avg_pool1d": nn.AvgPool1d,
    "avg_pool2d": nn.AvgPool2d,
    "avg_pool3d": nn.AvgPool3d,
    "adaptive_avg_pool1d": nn.AdaptiveAvgPool1d,
    "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d,
    "adaptive_avg_pool3d": nn.AdaptiveAvgPool3d,
    "flatten": nn.Flatten,
    "reshape": Reshape,
    "permute": Permute,
    "select": Select,
    "add": Add,
    "multiply": Multiply,
    "concat": Concat,
}
"""Layers that learn nothing: their fields are the module's own arguments."""

PARAMETRIC: Mapping[str, Callable[..., nn.Module]] = {
    "linear": nn.Linear,
    "embedding": nn.Embedding,
    "conv1d": nn.Conv1d,
    "conv2d": nn.Conv2d,
    "conv3d": nn.Conv3d,
    "rnn": recurrent.RNN,
    "lstm": recurrent.LSTM,
    "gru": recurrent.GRU,
    "multihead_attention": attention.MultiheadAttention,
    "transformer_encoder_layer": attention.TransformerEncoderLayer,
    "layer_norm": nn.LayerNorm,
    "group_norm": nn.GroupNorm,
}
UNKNOWN_TO_TORCH = ("output", "dimensions")  # of recurrent layers, and of layer_norm
BATCH_NORMS = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
INSTANCE_NORMS = {3: nn.InstanceNorm1d, 4: nn.InstanceNorm2d, 5: nn.InstanceNorm3d}
"""By how many dimensions arrive."""


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
        return PLAIN[layer.kind](**_fields_of(layer))
    # Built without memory and without drawing a number: the global generator stays as it is.
    build = _class_of(layer, len(shapes.inputs[0]))
    options = _fields_of(layer) | _sizes_of(layer, shapes)
    module = build(device="meta", dtype=dtype, **options)
    module.to_empty(device="cpu")
    if isinstance(module, nn.modules.batchnorm._NormBase):
        module.reset_running_stats()
    fill_parameters(module, layer, shapes, randomness.parameters)
    return module


def _fields_of(layer: LayerBase) -> Options:
    """A layer's own fields, which bear the names that torch's arguments have."""
    return {
        name: getattr(layer, name)
        for name in type(layer).model_fields
        if name not in ("kind", *OWN_FIELDS, *UNKNOWN_TO_TORCH)
    }


def _class_of(layer: ParametricLayer, dimensions: int) -> Callable[..., nn.Module]:
    match layer:
        case BatchNormLayer():
            return BATCH_NORMS[dimensions]
        case InstanceNormLayer():
            return INSTANCE_NORMS[dimensions]
        case _:
            return PARAMETRIC[layer.kind]


def _sizes_of(layer: ParametricLayer, shapes: LayerShapes) -> Options:
    """The sizes of what arrives, which a spec leaves unsaid, and what torch calls otherwise."""
    arriving = shapes.inputs[0]
    match layer:
        case LinearLayer():
            return {"in_features": arriving[-1]}
        case EmbeddingLayer():
            return {"num_embeddings": shapes.parameters["weight"][0]}
        case Conv1dLayer() | Conv2dLayer() | Conv3dLayer():
            return {"in_channels": arriving[1]}
        case BatchNormLayer() | InstanceNormLayer():
            return {"num_features": arriving[1]}
        case GroupNormLayer():
            return {"num_channels": arriving[1]}
        case MultiheadAttentionLayer():
            key, value = (shapes.inputs * 3)[1:3]
            return {"embed_dim": arriving[2], "kdim": key[2], "vdim": value[2]}
        case TransformerEncoderLayer():
            return {"d_model": arriving[2]}
        case RecurrentLayer():
            return {"input_size": arriving[2], "only_last": layer.output == "last"}
        case LayerNormLayer():
            dimensions = layer.dimensions or len(arriving) - 1
            return {"normalized_shape": list(arriving[-dimensions:])}
        case _:
            raise TypeError(f"no sizes of {layer.kind} are known")
