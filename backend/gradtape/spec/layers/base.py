"""What every kind of layer has."""

from typing import Annotated

from pydantic import Field

from gradtape.spec.fields import WHOLE, Choice, FormControl, LayerName
from gradtape.spec.initializations import ParameterInitializations

Dimension = Annotated[int, Field(ge=-8, le=7), WHOLE]
"""Which dimension; negative ones count from the last. Dimension 0 is the batch."""


class LayerBase(Choice, frozen=True):
    """What every layer has: a name, and the layers whose outputs it takes."""

    name: LayerName = Field(
        default_factory=str,
        description="Unique in the network. Default: its kind, numbered where that repeats.",
    )
    inputs: Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=64)] = Field(
        default_factory=tuple,
        description='Names of earlier layers, or "input". Default: the layer before.',
    )


class ParametricLayer(LayerBase, frozen=True):
    """A layer with parameters: they are filled as `init` says, or are those of another layer."""

    init: Annotated[ParameterInitializations, FormControl("initializations")] = Field(
        default=ParameterInitializations(), description="How the parameters are filled."
    )
    shares: Annotated[str, FormControl("layer")] | None = Field(
        default=None,
        description="Name of an earlier layer of the same kind whose parameters this one uses.",
    )
