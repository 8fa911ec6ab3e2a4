"""Layers that slide learned kernels over sequences, images and volumes."""

from typing import ClassVar, Literal

from pydantic import Field

from gradtape.spec.fields import (
    Count,
    CountPair,
    CountTriple,
    Padding,
    PaddingPair,
    PaddingTriple,
)
from gradtape.spec.layers.base import ParametricLayer


class Conv1dLayer(ParametricLayer, frozen=True):
    """Slides learned kernels along a sequence of shape (samples, channels, length)."""

    title: ClassVar[str] = "Convolution 1d"
    kind: Literal["conv1d"]
    out_channels: Count = Field(description="How many kernels, one output channel each.")
    in_channels: Count | None = Field(
        default=None, description="Channels that arrive. Default: what arrives; if said, checked."
    )
    kernel_size: Count = Field(default=3, description="Length of a kernel.")
    stride: Count = Field(default=1, description="Step from one place to the next.")
    padding: Padding = Field(default=0, description="Zeros added at both ends.")
    dilation: Count = Field(default=1, description="Distance between a kernel's numbers.")
    groups: Count = Field(default=1, description="Blocks of channels that do not see each other.")
    bias: bool = Field(default=True, description="Whether a learned bias per channel is added.")


class Conv2dLayer(ParametricLayer, frozen=True):
    """Slides learned kernels over images of shape (samples, channels, height, width)."""

    title: ClassVar[str] = "Convolution 2d"
    kind: Literal["conv2d"]
    out_channels: Count = Field(description="How many kernels, one output channel each.")
    in_channels: Count | None = Field(
        default=None, description="Channels that arrive. Default: what arrives; if said, checked."
    )
    kernel_size: CountPair = Field(default=(3, 3), description="Height and width of a kernel.")
    stride: CountPair = Field(default=(1, 1), description="Step down and step to the right.")
    padding: PaddingPair = Field(default=(0, 0), description="Zeros added on every side.")
    dilation: CountPair = Field(default=(1, 1), description="Distance between a kernel's numbers.")
    groups: Count = Field(default=1, description="Blocks of channels that do not see each other.")
    bias: bool = Field(default=True, description="Whether a learned bias per channel is added.")


class Conv3dLayer(ParametricLayer, frozen=True):
    """Slides learned kernels over volumes of shape (samples, channels, depth, height, width)."""

    title: ClassVar[str] = "Convolution 3d"
    kind: Literal["conv3d"]
    out_channels: Count = Field(description="How many kernels, one output channel each.")
    in_channels: Count | None = Field(
        default=None, description="Channels that arrive. Default: what arrives; if said, checked."
    )
    kernel_size: CountTriple = Field(
        default=(3, 3, 3), description="Depth, height and width of a kernel."
    )
    stride: CountTriple = Field(default=(1, 1, 1), description="Step in each direction.")
    padding: PaddingTriple = Field(default=(0, 0, 0), description="Zeros added on every side.")
    dilation: CountTriple = Field(
        default=(1, 1, 1), description="Distance between a kernel's numbers."
    )
    groups: Count = Field(default=1, description="Blocks of channels that do not see each other.")
    bias: bool = Field(default=True, description="Whether a learned bias per channel is added.")
