"""What each kind of layer makes of the shapes that arrive: plain arithmetic, no torch.

A rule takes a Place and returns what is Inferred, or raises the problem.
"""

from collections.abc import Callable
from math import prod
from typing import cast

from gradtape.errors import InvalidValue
from gradtape.spec.attention_shapes import infer_attention, infer_transformer_encoder
from gradtape.spec.layers import AnyLayer
from gradtape.spec.layers.activations import LogSoftmaxLayer, SoftmaxLayer
from gradtape.spec.layers.base import ParametricLayer
from gradtape.spec.layers.learned import EmbeddingLayer, LinearLayer
from gradtape.spec.layers.merging import ConcatLayer
from gradtape.spec.layers.normalization import (
    BatchNormLayer,
    GroupNormLayer,
    InstanceNormLayer,
    LayerNormLayer,
)
from gradtape.spec.normalization_shapes import (
    infer_batch_norm,
    infer_group_norm,
    infer_instance_norm,
    infer_layer_norm,
)
from gradtape.spec.places import Inferred, Place
from gradtape.spec.recurrent_shapes import infer_recurrent
from gradtape.spec.shaping_shapes import (
    infer_flatten,
    infer_permute,
    infer_reshape,
    infer_select,
)
from gradtape.spec.window_shapes import (
    infer_adaptive_pool,
    infer_convolution,
    infer_pool,
)
from gradtape.spec.wording import Shape, format_shape

TOKEN_KINDS = ("embedding", "flatten", "reshape", "permute", "select")
"""What can be done with tokens: look them up, or lay them out differently."""


def infer_layer(place: Place) -> Inferred:
    """Apply the rule of the layer's kind.

    Raises:
        InvalidValue: the layer cannot take what arrives.
    """
    if place.layer.kind not in TOKEN_KINDS and any(each is not None for each in place.tokens):
        message = (
            "takes numbers, but tokens arrive, which only tell which symbol it is. "
            "Put an embedding layer before it."
        )
        raise place.mismatch(message, code="tokens_arrive", suggestion="embedding")
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


def infer_embedding(place: Place) -> Inferred:
    """Weight (num_embeddings, embedding_dim); every token becomes a row of it."""
    layer = cast(EmbeddingLayer, place.layer)
    tokens = place.tokens[0]
    if tokens is None:
        message = (
            f"looks up tokens, but numbers arrive: {place.tell_arrival()}. Use data with tokens, "
            "as characters or sequences, or a linear layer."
        )
        raise place.mismatch(message, code="no_tokens_arrive", suggestion="linear")
    rows = layer.num_embeddings or tokens
    problem = None
    if rows < tokens:
        message = (
            f"has {rows} rows, but the data has {tokens} different tokens. "
            f"Did you mean num_embeddings={tokens}?"
        )
        suggestion = f"num_embeddings={tokens}"
        problem = place.mismatch(message, "num_embeddings", suggestion=suggestion)
    output = (*place.shapes[0], layer.embedding_dim)
    return Inferred(output, {"weight": (rows, layer.embedding_dim)}, problem=problem)


def infer_softmax(place: Place) -> Inferred:
    """Keeps the shape; the dimension must be there."""
    place.find_dimension(cast(SoftmaxLayer | LogSoftmaxLayer, place.layer).dim, "dim")
    return Inferred(place.shapes[0], {})


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
    grows = place.find_dimension(cast(ConcatLayer, place.layer).dim, "dim")
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
    "embedding": infer_embedding,
    "conv1d": infer_convolution,
    "conv2d": infer_convolution,
    "conv3d": infer_convolution,
    "rnn": infer_recurrent,
    "lstm": infer_recurrent,
    "gru": infer_recurrent,
    "multihead_attention": infer_attention,
    "transformer_encoder_layer": infer_transformer_encoder,
    "max_pool1d": infer_pool,
    "max_pool2d": infer_pool,
    "max_pool3d": infer_pool,
    "avg_pool1d": infer_pool,
    "avg_pool2d": infer_pool,
    "avg_pool3d": infer_pool,
    "adaptive_avg_pool1d": infer_adaptive_pool,
    "adaptive_avg_pool2d": infer_adaptive_pool,
    "adaptive_avg_pool3d": infer_adaptive_pool,
    "flatten": infer_flatten,
    "reshape": infer_reshape,
    "permute": infer_permute,
    "select": infer_select,
    "softmax": infer_softmax,
    "log_softmax": infer_softmax,
    "batch_norm": infer_batch_norm,
    "layer_norm": infer_layer_norm,
    "instance_norm": infer_instance_norm,
    "group_norm": infer_group_norm,
    "add": infer_pointwise,
    "multiply": infer_pointwise,
    "concat": infer_concat,
}
"""Kinds that are not here keep the shape that arrives."""


def has_parameters(layer: AnyLayer) -> bool:
    """Whether the layer learns anything, by itself or through what it shares."""
    match layer:
        case BatchNormLayer() | InstanceNormLayer() | GroupNormLayer():
            return layer.affine
        case LayerNormLayer():
            return layer.elementwise_affine
        case _:
            return isinstance(layer, ParametricLayer)
