"""Shapes of attention: projections into heads, and a weight for each pair of places."""

from math import prod
from typing import cast

from gradtape.spec.layers.attention import MultiheadAttentionLayer, TransformerEncoderLayer
from gradtape.spec.places import Inferred, Place
from gradtape.spec.wording import Shape


def infer_attention(place: Place) -> Inferred:
    """As many places as the query has, as wide as the query."""
    layer = cast(MultiheadAttentionLayer, place.layer)
    for position in range(len(place.shapes)):
        place.expect_sequence(position)
    query, key, value = place.shapes if len(place.shapes) == 3 else place.shapes * 3
    _refuse_heads(place, query[2], layer.num_heads, "num_heads")
    if key[1] != value[1]:
        message = (
            f"needs a value for every key; {place.tell_arrival(1)}, {place.tell_arrival(2)}, "
            f"so there are {key[1]} keys and {value[1]} values."
        )
        raise place.mismatch(message, "inputs")
    if layer.is_causal and query[1] != key[1]:
        message = (
            "can be causal only where query and key are equally long; "
            f"{place.tell_arrival()}, {place.tell_arrival(1)}."
        )
        raise place.mismatch(message, "is_causal")
    parameters = _projections(query[2], key[2], value[2], bias=layer.bias)
    work, scores = _count_attention(query, key, value, layer.num_heads)
    return Inferred(query, parameters, work, inner_values=scores)


def infer_transformer_encoder(place: Place) -> Inferred:
    """Keeps the shape; its parts are named as in torch."""
    layer = cast(TransformerEncoderLayer, place.layer)
    place.expect_sequence()
    shape = place.shapes[0]
    width, hidden = shape[2], layer.dim_feedforward
    _refuse_heads(place, width, layer.nhead, "nhead")
    parameters: dict[str, Shape] = {
        f"self_attn.{name}": each
        for name, each in _projections(width, width, width, bias=layer.bias).items()
    }
    weights: dict[str, Shape] = {
        "linear1": (hidden, width),
        "linear2": (width, hidden),
        "norm1": (width,),
        "norm2": (width,),
    }
    for name, weight in weights.items():
        parameters[f"{name}.weight"] = weight
        if layer.bias:
            parameters[f"{name}.bias"] = weight[:1]
    work, scores = _count_attention(shape, shape, shape, layer.nhead)
    places = shape[0] * shape[1]
    return Inferred(
        shape,
        parameters,
        work + 2 * places * width * hidden,
        inner_values=scores + places * (2 * hidden + 6 * width),
    )


def _refuse_heads(place: Place, features: int, heads: int, field: str) -> None:
    if features % heads:
        message = (
            f"cannot split {features} features into {heads} heads of equal size; "
            f"{place.tell_arrival()}."
        )
        raise place.mismatch(message, field)


def _projections(query: int, key: int, value: int, *, bias: bool) -> dict[str, Shape]:
    parameters: dict[str, Shape] = (
        {"in_proj_weight": (3 * query, query)}
        if query == key == value
        else {
            "q_proj_weight": (query, query),
            "k_proj_weight": (query, key),
            "v_proj_weight": (query, value),
        }
    )
    if bias:
        parameters["in_proj_bias"] = (3 * query,)
    parameters["out_proj.weight"] = (query, query)
    if bias:
        parameters["out_proj.bias"] = (query,)
    return parameters


def _count_attention(query: Shape, key: Shape, value: Shape, heads: int) -> tuple[int, int]:
    """Multiplications, and numbers that lie between input and output."""
    width = query[2]
    pairs = query[0] * query[1] * key[1]
    projected = prod(query[:2]) * 2 * width + prod(key[:2]) * (key[2] + value[2])
    return width * projected + 2 * pairs * width, heads * pairs * 2 + 3 * prod(query)
