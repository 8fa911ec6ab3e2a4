"""Shapes of layers that normalize: what they make keeps the shape that arrives."""

from math import prod
from typing import cast

from gradtape.spec.layers.normalization import (
    BatchNormLayer,
    GroupNormLayer,
    InstanceNormLayer,
    LayerNormLayer,
)
from gradtape.spec.places import Inferred, Place
from gradtape.spec.wording import Shape


def infer_batch_norm(place: Place) -> Inferred:
    """One scale and one shift per channel."""
    layer = cast(BatchNormLayer, place.layer)
    shape = place.shapes[0]
    if not 2 <= len(shape) <= 5:
        message = f"takes 2 to 5 dimensions; {place.tell_arrival()}."
        raise place.mismatch(message)
    channels = shape[1:2]
    return Inferred(shape, {"weight": channels, "bias": channels} if layer.affine else {})


def infer_layer_norm(place: Place) -> Inferred:
    """One scale and one shift per number of the normalized dimensions."""
    layer = cast(LayerNormLayer, place.layer)
    shape = place.shapes[0]
    dimensions = len(shape) - 1 if layer.dimensions is None else layer.dimensions
    if dimensions >= len(shape):
        message = (
            f"normalizes {dimensions} dimensions; {place.tell_arrival()}, "
            f"which has {len(shape) - 1} beside the batch."
        )
        suggestion = f"dimensions={len(shape) - 1}"
        raise place.mismatch(
            f"{message} Did you mean {suggestion}?", "dimensions", suggestion=suggestion
        )
    parameters: dict[str, Shape] = {}
    if layer.elementwise_affine:
        parameters["weight"] = shape[-dimensions:]
        if layer.bias:
            parameters["bias"] = shape[-dimensions:]
    return Inferred(shape, parameters)


def infer_instance_norm(place: Place) -> Inferred:
    """One scale and one shift per channel, if any; statistics over each sample's places."""
    layer = cast(InstanceNormLayer, place.layer)
    shape = place.shapes[0]
    if not 3 <= len(shape) <= 5:
        message = f"takes samples, channels and 1 to 3 more dimensions; {place.tell_arrival()}."
        raise place.mismatch(message)
    if prod(shape[2:]) == 1:
        message = f"needs more than one number per channel and sample; {place.tell_arrival()}."
        raise place.mismatch(message)
    channels = shape[1:2]
    return Inferred(shape, {"weight": channels, "bias": channels} if layer.affine else {})


def infer_group_norm(place: Place) -> Inferred:
    """One scale and one shift per channel."""
    layer = cast(GroupNormLayer, place.layer)
    shape = place.shapes[0]
    if shape[1] % layer.num_groups:
        message = (
            f"cannot split {shape[1]} channels that arrive into {layer.num_groups} groups of "
            "equal size."
        )
        raise place.mismatch(message, "num_groups")
    channels = shape[1:2]
    return Inferred(shape, {"weight": channels, "bias": channels} if layer.affine else {})


def numbers_per_statistic(kind: str, shape: Shape, groups: int, samples: int) -> int | None:
    """Over how many numbers mean and variance are taken; None where torch asks for no minimum.

    Args:
        kind: of the layer.
        shape: what arrives, batch included.
        groups: of channels, in group normalization.
        samples: in the batch.
    """
    places = prod(shape[2:])
    if kind == "batch_norm":
        return samples * places
    return samples * (shape[1] // groups) * places if kind == "group_norm" else None
