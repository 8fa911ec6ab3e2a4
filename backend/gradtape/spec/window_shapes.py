"""Shapes of layers that slide a window: convolutions and pooling, by torch's arithmetic."""

from math import prod
from typing import cast

from gradtape.errors import InvalidValue
from gradtape.spec.layers.convolutions import Conv1dLayer, Conv2dLayer, Conv3dLayer
from gradtape.spec.layers.pooling import (
    AdaptiveAvgPool1dLayer,
    AdaptiveAvgPool2dLayer,
    AdaptiveAvgPool3dLayer,
    AvgPool1dLayer,
    AvgPool2dLayer,
    AvgPool3dLayer,
    MaxPool1dLayer,
    MaxPool2dLayer,
    MaxPool3dLayer,
)
from gradtape.spec.places import Inferred, Place
from gradtape.spec.wording import Shape, format_shape

Convolution = Conv1dLayer | Conv2dLayer | Conv3dLayer
MaxPool = MaxPool1dLayer | MaxPool2dLayer | MaxPool3dLayer
AvgPool = AvgPool1dLayer | AvgPool2dLayer | AvgPool3dLayer
AdaptivePool = AdaptiveAvgPool1dLayer | AdaptiveAvgPool2dLayer | AdaptiveAvgPool3dLayer

ARRIVALS = {
    1: "sequences of shape (samples, channels, length)",
    2: "images of shape (samples, channels, height, width)",
    3: "volumes of shape (samples, channels, depth, height, width)",
}
"""By how many dimensions a window has."""


def infer_convolution(place: Place) -> Inferred:
    """Weight (out_channels, in_channels / groups, *kernel)."""
    layer = cast(Convolution, place.layer)
    kernel, stride, padding, dilation = (
        as_sizes(field)
        for field in (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    )
    _refuse_other_rank(place, len(kernel))
    batch, channels, *sides = place.shapes[0]
    _refuse_groups(place, channels, layer)
    reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    _refuse_large_window(place, reach, padding)
    places = (
        (side + 2 * pad - span) // step + 1
        for side, pad, span, step in zip(sides, padding, reach, stride, strict=True)
    )
    output = (batch, layer.out_channels, *places)
    weight = (layer.out_channels, channels // layer.groups, *kernel)
    parameters: dict[str, Shape] = {"weight": weight}
    if layer.bias:
        parameters["bias"] = (layer.out_channels,)
    problem = _wrong_in_channels(place, layer.in_channels)
    return Inferred(output, parameters, prod(output) * prod(weight[1:]), problem)


def infer_pool(place: Place) -> Inferred:
    """Every window becomes one number."""
    layer = cast(MaxPool | AvgPool, place.layer)
    kernel, padding = as_sizes(layer.kernel_size), as_sizes(layer.padding)
    _refuse_other_rank(place, len(kernel))
    _refuse_wide_padding(place, kernel, padding)
    dilation = as_sizes(layer.dilation) if isinstance(layer, MaxPool) else (1,) * len(kernel)
    reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    stride = kernel if layer.stride is None else as_sizes(layer.stride)
    sides = tuple(
        _count_windows(side, span, step, pad, layer.ceil_mode)
        for side, span, step, pad in zip(place.shapes[0][2:], reach, stride, padding, strict=True)
    )
    # In ceil mode a window may be larger than the image; torch's avg_pool3d alone refuses that.
    if min(sides) < 1 or isinstance(layer, AvgPool3dLayer):
        _refuse_large_window(place, reach, padding)
    return Inferred((*place.shapes[0][:2], *sides), {})


def infer_adaptive_pool(place: Place) -> Inferred:
    """As many numbers per channel as are asked for."""
    sizes = as_sizes(cast(AdaptivePool, place.layer).output_size)
    _refuse_other_rank(place, len(sizes))
    return Inferred((*place.shapes[0][:2], *sizes), {})


def as_sizes(size: int | Shape) -> Shape:
    """The sizes of a window per dimension, also where it has but one."""
    return (size,) if isinstance(size, int) else size


def _count_windows(side: int, span: int, step: int, pad: int, ceil_mode: bool) -> int:
    room = side + 2 * pad - span
    if not ceil_mode:
        return room // step + 1
    count = -(-room // step) + 1
    # As torch does: the last window must begin inside the image or its left padding.
    return count - 1 if (count - 1) * step >= side + pad else count


def _refuse_other_rank(place: Place, dimensions: int) -> None:
    if len(place.shapes[0]) != 2 + dimensions:
        raise place.mismatch(f"expects {ARRIVALS[dimensions]}; {place.tell_arrival()}.")


def _refuse_wide_padding(place: Place, kernel: Shape, padding: Shape) -> None:
    # torch's own rule; it does not count a window as wider when it is dilated.
    if any(pad > size // 2 for pad, size in zip(padding, kernel, strict=True)):
        message = (
            f"has a padding of {format_shape(padding)}, more than half of its window "
            f"of {format_shape(kernel)}."
        )
        raise place.mismatch(message, "padding", code="out_of_range")


def _refuse_groups(place: Place, channels: int, layer: Convolution) -> None:
    for count, name in ((channels, "channels that arrive"), (layer.out_channels, "out_channels")):
        if count % layer.groups:
            message = f"cannot split {count} {name} into {layer.groups} groups of equal size."
            raise place.mismatch(message, "groups")


def _refuse_large_window(place: Place, reach: Shape, padding: Shape) -> None:
    sides = place.shapes[0][2:]
    padded = tuple(side + 2 * pad for side, pad in zip(sides, padding, strict=True))
    if any(span > side for span, side in zip(reach, padded, strict=True)):
        message = (
            f"slides a window of {format_shape(reach)} over {format_shape(padded)}, which is "
            f"smaller; {place.tell_arrival()}. Use a smaller kernel_size, or padding."
        )
        raise place.mismatch(message, "kernel_size")


def _wrong_in_channels(place: Place, expected: int | None) -> InvalidValue | None:
    channels = place.shapes[0][1]
    if expected is None or expected == channels:
        return None
    message = (
        f"expects {expected} input channels; {place.tell_arrival()}, which has {channels}. "
        f"Did you mean in_channels={channels}?"
    )
    return place.mismatch(message, suggestion=f"in_channels={channels}")
