"""Shapes of layers that only lay numbers, or tokens, out differently."""

from math import prod
from typing import cast

from gradtape.spec.layers.shaping import FlattenLayer, PermuteLayer, ReshapeLayer, SelectLayer
from gradtape.spec.places import Inferred, Place
from gradtape.spec.wording import format_shape


def infer_flatten(place: Place) -> Inferred:
    """Joins start_dim … end_dim."""
    layer = cast(FlattenLayer, place.layer)
    shape = place.shapes[0]
    start = place.find_dimension(layer.start_dim, "start_dim")
    end = place.find_dimension(layer.end_dim, "end_dim")
    if start == 0:
        raise place.mismatch("must leave dimension 0, the batch, alone.", "start_dim")
    if start > end:
        raise place.mismatch("has start_dim after end_dim.", "start_dim")
    joined = prod(shape[start : end + 1])
    output = (*shape[:start], joined, *shape[end + 1 :])
    return Inferred(output, {}, tokens=place.tokens[0])


def infer_reshape(place: Place) -> Inferred:
    """The same numbers per sample; one size of -1 takes what the others leave."""
    layer = cast(ReshapeLayer, place.layer)
    batch, *sizes = place.shapes[0]
    count, known = prod(sizes), prod(size for size in layer.shape if size != -1)
    if layer.shape.count(-1) > 1 or 0 in layer.shape:
        message = "may leave one size open, as -1; all others are at least 1."
        raise place.mismatch(message, "shape", code="out_of_range")
    open_ended = -1 in layer.shape
    if (count % known if open_ended else count - known) != 0:
        message = (
            f"cannot lay out {count} numbers per sample as {format_shape(layer.shape)}; "
            f"{place.tell_arrival()}."
        )
        raise place.mismatch(message, "shape")
    shape = tuple(count // known if size == -1 else size for size in layer.shape)
    return Inferred((batch, *shape), {}, tokens=place.tokens[0])


def infer_permute(place: Place) -> Inferred:
    """Every dimension once, the batch first."""
    layer = cast(PermuteLayer, place.layer)
    shape = place.shapes[0]
    dims = tuple(place.find_dimension(dim, "dims") for dim in layer.dims)
    if sorted(dims) != list(range(len(shape))):
        wanted = ", ".join(map(str, range(len(shape))))
        message = f"must name each dimension ({wanted}) once; {place.tell_arrival()}."
        raise place.mismatch(message, "dims")
    if dims[0] != 0:
        raise place.mismatch("must leave dimension 0, the batch, in its place.", "dims")
    return Inferred(tuple(shape[dim] for dim in dims), {}, tokens=place.tokens[0])


def infer_select(place: Place) -> Inferred:
    """One dimension goes."""
    layer = cast(SelectLayer, place.layer)
    shape = place.shapes[0]
    dim = place.find_dimension(layer.dim, "dim")
    if dim == 0:
        raise place.mismatch("must leave dimension 0, the batch, alone.", "dim")
    if len(shape) == 2:
        message = f"would leave one number per sample without a dimension; {place.tell_arrival()}."
        raise place.mismatch(message, "dim")
    if not -shape[dim] <= layer.index < shape[dim]:
        message = (
            f"has no place {layer.index} in dimension {dim}, which has {shape[dim]}; "
            f"{place.tell_arrival()}."
        )
        raise place.mismatch(message, "index", code="out_of_range")
    return Inferred((*shape[:dim], *shape[dim + 1 :]), {}, tokens=place.tokens[0])
