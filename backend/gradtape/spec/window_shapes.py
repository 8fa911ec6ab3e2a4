"""Shapes of layers that slide a window: convolutions and pooling, by torch's arithmetic."""

from math import prod
from typing import cast

from gradtape.errors import InvalidValue
from gradtape.spec.layers import AvgPool2dLayer, Conv1dLayer, Conv2dLayer, MaxPool2dLayer
from gradtape.spec.places import Inferred, Place
from gradtape.spec.wording import Shape, format_shape

IMAGES = "images of shape (samples, channels, height, width)"
SEQUENCES = "sequences of shape (samples, channels, length)"


def infer_convolution(place: Place) -> Inferred:
    """Weight (out_channels, in_channels / groups, *kernel)."""
    layer = cast(Conv1dLayer | Conv2dLayer, place.layer)
    kernel, stride, padding, dilation = (
        as_pair(field) for field in (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    )
    _refuse_other_rank(place, 2 + len(kernel), IMAGES if len(kernel) == 2 else SEQUENCES)
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


def infer_max_pool2d(place: Place) -> Inferred:
    """Every window becomes one number."""
    layer = cast(MaxPool2dLayer, place.layer)
    return _infer_pool(place, layer, layer.dilation)


def infer_avg_pool2d(place: Place) -> Inferred:
    """Every window becomes one number."""
    return _infer_pool(place, cast(AvgPool2dLayer, place.layer), (1, 1))


def as_pair(size: int | tuple[int, int]) -> Shape:
    """The sizes of a window per dimension: one for a sequence, two for an image."""
    return (size,) if isinstance(size, int) else size


def _infer_pool(
    place: Place, layer: MaxPool2dLayer | AvgPool2dLayer, dilation: tuple[int, int]
) -> Inferred:
    _refuse_other_rank(place, 4, IMAGES)
    _refuse_wide_padding(place, layer)
    reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, layer.kernel_size, strict=True))
    stride = layer.kernel_size if layer.stride is None else layer.stride
    sides = tuple(
        _count_windows(side, span, step, pad, layer.ceil_mode)
        for side, span, step, pad in zip(
            place.shapes[0][2:], reach, stride, layer.padding, strict=True
        )
    )
    if min(sides) < 1:  # in ceil mode a window may be larger than the image
        _refuse_large_window(place, reach, layer.padding)
    return Inferred((*place.shapes[0][:2], *sides), {})


def _count_windows(side: int, span: int, step: int, pad: int, ceil_mode: bool) -> int:
    room = side + 2 * pad - span
    if not ceil_mode:
        return room // step + 1
    count = -(-room // step) + 1
    # As torch does: the last window must begin inside the image or its left padding.
    return count - 1 if (count - 1) * step >= side + pad else count


def _refuse_other_rank(place: Place, rank: int, expected: str) -> None:
    if len(place.shapes[0]) != rank:
        raise place.mismatch(f"expects {expected}; {place.tell_arrival()}.")


def _refuse_wide_padding(place: Place, layer: MaxPool2dLayer | AvgPool2dLayer) -> None:
    # torch's own rule; it does not count a window as wider when it is dilated.
    if any(pad > size // 2 for pad, size in zip(layer.padding, layer.kernel_size, strict=True)):
        message = (
            f"has a padding of {format_shape(layer.padding)}, more than half of its window "
            f"of {format_shape(layer.kernel_size)}."
        )
        raise place.mismatch(message, "padding", code="out_of_range")


def _refuse_groups(place: Place, channels: int, layer: Conv1dLayer | Conv2dLayer) -> None:
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
