"""What each kind of layer makes of the shapes that arrive: plain arithmetic, no torch.

A rule takes a Place and returns what is Inferred, or raises the problem.
"""

from collections.abc import Callable
from math import prod
from typing import cast

from gradtape.errors import InvalidValue
from gradtape.spec.layers import (
    AnyLayer,
    BatchNormLayer,
    ConcatLayer,
    Conv1dLayer,
    Conv2dLayer,
    FlattenLayer,
    LayerNormLayer,
    LinearLayer,
    LogSoftmaxLayer,
    SoftmaxLayer,
)
from gradtape.spec.places import Inferred, Place
from gradtape.spec.window_shapes import infer_avg_pool2d, infer_convolution, infer_max_pool2d
from gradtape.spec.wording import Shape, format_shape


def infer_layer(place: Place) -> Inferred:
    """Apply the rule of the layer's kind.

    Raises:
        InvalidValue: the layer cannot take what arrives.
    """
    return RULES.get(place.layer.kind, infer_elementwise)(place)


def infer_elementwise(place: Place) -> Inferred:
    """An activation or dropout: what arrives keeps its shape."""
    return Inferred(place.shapes[0], {})


def infer_linear(place: Place) -> Inferred:
    """Weight (out_features, in_features); acts on the last dimension."""
    layer = cast(LinearLayer, place.layer)
    shape = place.shapes[0]
    features = shape[-1]
    output = (*shape[:-1], layer.out_features)
    parameters: dict[str, Shape] = {"weight": (layer.out_features, features)}
    if layer.bias:
        parameters["bias"] = (layer.out_features,)
    problem = None
    if layer.in_features is not None and layer.in_features != features:
        problem = _wrong_in_features(place, layer.in_features)
    return Inferred(output, parameters, prod(output) * features, problem)


def _wrong_in_features(place: Place, expected: int) -> InvalidValue:
    shape = place.shapes[0]
    per_sample = prod(shape[1:])
    message = (
        f"expects {expected} input features; {place.tell_arrival()} = {per_sample} per sample."
    )
    if per_sample == expected:
        message += " Put a flatten layer before it."
        return place.mismatch(message, suggestion="flatten")
    behind = " behind a flatten layer" if len(shape) > 2 else ""
    message += f" Did you mean in_features={per_sample}{behind}?"
    return place.mismatch(message, suggestion=f"in_features={per_sample}")


def infer_flatten(place: Place) -> Inferred:
    """Joins start_dim … end_dim."""
    layer = cast(FlattenLayer, place.layer)
    shape = place.shapes[0]
    start = find_dimension(place, layer.start_dim, "start_dim")
    end = find_dimension(place, layer.end_dim, "end_dim")
    if start == 0:
        raise place.mismatch("must leave dimension 0, the batch, alone.", "start_dim")
    if start > end:
        raise place.mismatch("has start_dim after end_dim.", "start_dim")
    joined = prod(shape[start : end + 1])
    return Inferred((*shape[:start], joined, *shape[end + 1 :]), {})


def infer_softmax(place: Place) -> Inferred:
    """Keeps the shape; the dimension must be there."""
    find_dimension(place, cast(SoftmaxLayer | LogSoftmaxLayer, place.layer).dim, "dim")
    return Inferred(place.shapes[0], {})


def infer_batch_norm(place: Place) -> Inferred:
    """One scale and one shift per channel."""
    layer = cast(BatchNormLayer, place.layer)
    shape = place.shapes[0]
    if len(shape) > 4:
        message = f"takes 2 to 4 dimensions; {place.tell_arrival()}."
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


def infer_pointwise(place: Place) -> Inferred:
    """Add and multiply: the shapes broadcast, as in torch."""
    _refuse_different_ranks(place)
    output = place.shapes[0]
    for position, shape in enumerate(place.shapes[1:], start=1):
        for left, right in zip(output, shape, strict=True):
            if left != right and 1 not in (left, right):
                message = (
                    f"cannot bring {format_shape(output)} and {format_shape(shape)} together; "
                    f"{place.tell_arrival()}, {place.tell_arrival(position)}."
                )
                raise place.mismatch(message, "inputs")
        output = tuple(map(max, output, shape))
    return Inferred(output, {})


def infer_concat(place: Place) -> Inferred:
    """One dimension grows; all others must be alike."""
    _refuse_different_ranks(place)
    first = place.shapes[0]
    grows = find_dimension(place, cast(ConcatLayer, place.layer).dim, "dim")
    if grows == 0:
        raise place.mismatch("must leave dimension 0, the batch, alone.", "dim")
    for position, shape in enumerate(place.shapes):
        if shape[:grows] + shape[grows + 1 :] != first[:grows] + first[grows + 1 :]:
            message = (
                f"needs inputs that differ in dimension {grows} only; "
                f"{place.tell_arrival()}, {place.tell_arrival(position)}."
            )
            raise place.mismatch(message, "inputs")
    total = sum(shape[grows] for shape in place.shapes)
    return Inferred((*first[:grows], total, *first[grows + 1 :]), {})


def find_dimension(place: Place, dimension: int, field: str) -> int:
    """The dimension counted from the first.

    Raises:
        InvalidValue: what arrives has no such dimension.
    """
    rank = len(place.shapes[0])
    if not -rank <= dimension < rank:
        message = f"has no dimension {dimension} to work on; {place.tell_arrival()}."
        raise place.mismatch(message, field)
    return dimension % rank


def _refuse_different_ranks(place: Place) -> None:
    for position, shape in enumerate(place.shapes):
        if len(shape) != len(place.shapes[0]):
            message = (
                "needs inputs with the same number of dimensions; "
                f"{place.tell_arrival()}, {place.tell_arrival(position)}. "
                "Put a flatten layer before the larger one."
            )
            raise place.mismatch(message, "inputs")


Rule = Callable[[Place], Inferred]

RULES: dict[str, Rule] = {
    "linear": infer_linear,
    "conv1d": infer_convolution,
    "conv2d": infer_convolution,
    "max_pool2d": infer_max_pool2d,
    "avg_pool2d": infer_avg_pool2d,
    "flatten": infer_flatten,
    "softmax": infer_softmax,
    "log_softmax": infer_softmax,
    "batch_norm": infer_batch_norm,
    "layer_norm": infer_layer_norm,
    "add": infer_pointwise,
    "multiply": infer_pointwise,
    "concat": infer_concat,
}
"""Kinds that are not here keep the shape that arrives."""


def has_parameters(layer: AnyLayer) -> bool:
    """Whether the layer learns anything, by itself or through what it shares."""
    match layer:
        case LinearLayer() | Conv1dLayer() | Conv2dLayer():
            return True
        case BatchNormLayer():
            return layer.affine
        case LayerNormLayer():
            return layer.elementwise_affine
        case _:
            return False
