"""How each parameter of a layer is filled: as the spec says, or as torch does by itself."""

from math import prod
from typing import Literal, NamedTuple

from gradtape.spec.initializations import AnyInitialization, DefaultInitialization
from gradtape.spec.layers.attention import MultiheadAttentionLayer, TransformerEncoderLayer
from gradtape.spec.layers.base import ParametricLayer
from gradtape.spec.layers.convolutions import Conv1dLayer, Conv2dLayer, Conv3dLayer
from gradtape.spec.layers.learned import EmbeddingLayer, LinearLayer
from gradtape.spec.layers.recurrent import RecurrentLayer
from gradtape.spec.wording import Shape


class DefaultFilling(NamedTuple):
    """What torch fills a parameter with when it is told nothing.

    Args:
        kind: `kaiming` is kaiming_uniform_ with a = √5, `bounded` is uniform within ±1/√fan.
        fan: for `bounded`.
    """

    kind: Literal["ones", "zeros", "kaiming", "bounded", "xavier", "normal"]
    fan: int = 0


def filling_field(parameter: str) -> Literal["weight", "bias"]:
    """The field of `init` that says how a parameter is filled: `bias_ih_l0` → `bias`."""
    return "bias" if "bias" in parameter.rpartition(".")[2] else "weight"


def initialization_of(layer: ParametricLayer, parameter: str) -> AnyInitialization:
    """What the spec says of one parameter; normalizations inside of a layer keep their default."""
    if parameter.startswith("norm"):
        return DefaultInitialization(kind="default")
    return getattr(layer.init, filling_field(parameter))


def default_filling(
    layer: ParametricLayer, parameter: str, shapes: dict[str, Shape]
) -> DefaultFilling:
    """What torch fills a parameter with.

    Args:
        shapes: of all parameters of the layer, by name.
    """
    match layer:
        case LinearLayer() | Conv1dLayer() | Conv2dLayer() | Conv3dLayer():
            return _as_in_linear(parameter, shapes["weight"])
        case EmbeddingLayer():
            return DefaultFilling("normal")
        case RecurrentLayer():
            return DefaultFilling("bounded", layer.hidden_size)
        case MultiheadAttentionLayer():
            return _as_in_attention(parameter)
        case TransformerEncoderLayer() if parameter.startswith("self_attn."):
            return _as_in_attention(parameter.removeprefix("self_attn."))
        case TransformerEncoderLayer() if parameter.startswith("linear"):
            owner, _, name = parameter.partition(".")
            return _as_in_linear(name, shapes[f"{owner}.weight"])
        case _:
            return DefaultFilling("zeros" if filling_field(parameter) == "bias" else "ones")


def _as_in_linear(name: str, weight: Shape) -> DefaultFilling:
    return (
        DefaultFilling("kaiming")
        if name == "weight"
        else DefaultFilling("bounded", prod(weight[1:]))
    )


def _as_in_attention(name: str) -> DefaultFilling:
    if filling_field(name) == "bias":
        return DefaultFilling("zeros")
    return DefaultFilling("kaiming" if name == "out_proj.weight" else "xavier")
