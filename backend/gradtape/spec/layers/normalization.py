"""Layers that give numbers mean 0 and variance 1."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gradtape.spec.fields import WHOLE, Count, NonNegative, Share
from gradtape.spec.layers.base import ParametricLayer


class BatchNormLayer(ParametricLayer, frozen=True):
    """Gives each channel mean 0 and variance 1 over the batch; 1d or 2d by what arrives."""

    title: ClassVar[str] = "Batch normalization"
    kind: Literal["batch_norm"]
    eps: NonNegative = Field(default=1e-5, description="Added to the variance before the root.")
    momentum: Share | None = Field(
        default=0.1,
        description="Weight of this batch in the running statistics; null: the plain average.",
    )
    affine: bool = Field(default=True, description="Whether a learned scale and shift follow.")
    track_running_stats: bool = Field(
        default=True, description="Whether running mean and variance are kept."
    )


class LayerNormLayer(ParametricLayer, frozen=True):
    """Gives each sample mean 0 and variance 1."""

    title: ClassVar[str] = "Layer normalization"
    kind: Literal["layer_norm"]
    dimensions: Annotated[int, Field(ge=1, le=7), WHOLE] | None = Field(
        default=None,
        description="How many of the last dimensions together. Default: all but the batch.",
    )
    eps: NonNegative = Field(default=1e-5, description="Added to the variance before the root.")
    elementwise_affine: bool = Field(
        default=True, description="Whether a learned scale and shift follow."
    )
    bias: bool = Field(default=True, description="Whether the learned shift is there.")


class InstanceNormLayer(ParametricLayer, frozen=True):
    """Gives each channel of each sample mean 0 and variance 1; 1d to 3d by what arrives."""

    title: ClassVar[str] = "Instance normalization"
    kind: Literal["instance_norm"]
    eps: NonNegative = Field(default=1e-5, description="Added to the variance before the root.")
    momentum: Share = Field(
        default=0.1, description="Weight of this batch in the running statistics, if kept."
    )
    affine: bool = Field(default=False, description="Whether a learned scale and shift follow.")
    track_running_stats: bool = Field(
        default=False, description="Whether running mean and variance are kept."
    )


class GroupNormLayer(ParametricLayer, frozen=True):
    """Gives each group of channels of each sample mean 0 and variance 1."""

    title: ClassVar[str] = "Group normalization"
    kind: Literal["group_norm"]
    num_groups: Count = Field(default=1, description="How many groups; they divide the channels.")
    eps: NonNegative = Field(default=1e-5, description="Added to the variance before the root.")
    affine: bool = Field(default=True, description="Whether a learned scale and shift follow.")
