"""Layers that only lay numbers out differently."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from gradtape.spec.fields import (
    LARGEST_COUNT,
    MAX_SAMPLE_DIMENSIONS,
    WHOLE,
    FormControl,
    one_or_many,
    to_sizes,
)
from gradtape.spec.layers.base import Dimension, LayerBase

SampleSizes = Annotated[
    tuple[Annotated[int, Field(ge=-1, le=LARGEST_COUNT), WHOLE], ...],
    Field(min_length=1, max_length=MAX_SAMPLE_DIMENSIONS),
    BeforeValidator(to_sizes),
    FormControl("shape"),
    one_or_many(minimum=-1, shortest=1, longest=MAX_SAMPLE_DIMENSIONS),
]
Dimensions = Annotated[
    tuple[Dimension, ...],
    Field(min_length=2, max_length=8),
    BeforeValidator(to_sizes),
    FormControl("shape"),
]


class FlattenLayer(LayerBase, frozen=True):
    """Joins dimensions into one; by default all but the batch."""

    title: ClassVar[str] = "Flatten"
    kind: Literal["flatten"]
    start_dim: Dimension = Field(default=1, description="First dimension that is joined.")
    end_dim: Dimension = Field(default=-1, description="Last dimension that is joined.")


class ReshapeLayer(LayerBase, frozen=True):
    """Gives the numbers of each sample another shape, in the same order."""

    title: ClassVar[str] = "Reshape"
    kind: Literal["reshape"]
    shape: SampleSizes = Field(
        default=(-1,), description="Shape of one sample; one size may be -1: what is left."
    )


class PermuteLayer(LayerBase, frozen=True):
    """Puts the dimensions into another order, as (samples, length, features) to features first."""

    title: ClassVar[str] = "Permute"
    kind: Literal["permute"]
    dims: Dimensions = Field(
        default=(0, 2, 1), description="The old dimensions in their new order; the batch, 0, first."
    )


class SelectLayer(LayerBase, frozen=True):
    """Keeps one place of a dimension, as the last step of a sequence; the dimension goes."""

    title: ClassVar[str] = "Select"
    kind: Literal["select"]
    dim: Dimension = Field(default=1, description="The dimension that goes.")
    index: Annotated[int, Field(ge=-LARGEST_COUNT, le=LARGEST_COUNT), WHOLE] = Field(
        default=-1, description="Which place is kept; negative ones count from the last."
    )
