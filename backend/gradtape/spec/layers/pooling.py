"""Layers that make one number of each window."""

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
from gradtape.spec.layers.base import LayerBase


class MaxPool1dLayer(LayerBase, frozen=True):
    """Keeps the largest number of each window of sequences."""

    title: ClassVar[str] = "Max pooling 1d"
    kind: Literal["max_pool1d"]
    kernel_size: Count = Field(default=2, description="Length of a window.")
    stride: Count | None = Field(
        default=None, description="Step between windows. Default: the window's own size."
    )
    padding: Padding = Field(default=0, description="Border on every side, at most half a window.")
    dilation: Count = Field(default=1, description="Distance between a window's numbers.")
    ceil_mode: bool = Field(default=False, description="Whether windows may hang over the edge.")


class MaxPool2dLayer(LayerBase, frozen=True):
    """Keeps the largest number of each window of images."""

    title: ClassVar[str] = "Max pooling 2d"
    kind: Literal["max_pool2d"]
    kernel_size: CountPair = Field(default=(2, 2), description="Height and width of a window.")
    stride: CountPair | None = Field(
        default=None, description="Step between windows. Default: the window's own size."
    )
    padding: PaddingPair = Field(
        default=(0, 0), description="Border on every side, at most half a window."
    )
    dilation: CountPair = Field(default=(1, 1), description="Distance between a window's numbers.")
    ceil_mode: bool = Field(default=False, description="Whether windows may hang over the edge.")


class MaxPool3dLayer(LayerBase, frozen=True):
    """Keeps the largest number of each window of volumes."""

    title: ClassVar[str] = "Max pooling 3d"
    kind: Literal["max_pool3d"]
    kernel_size: CountTriple = Field(
        default=(2, 2, 2), description="Depth, height and width of a window."
    )
    stride: CountTriple | None = Field(
        default=None, description="Step between windows. Default: the window's own size."
    )
    padding: PaddingTriple = Field(
        default=(0, 0, 0), description="Border on every side, at most half a window."
    )
    dilation: CountTriple = Field(
        default=(1, 1, 1), description="Distance between a window's numbers."
    )
    ceil_mode: bool = Field(default=False, description="Whether windows may hang over the edge.")


class AvgPool1dLayer(LayerBase, frozen=True):
    """Replaces each window of sequences by its mean."""

    title: ClassVar[str] = "Average pooling 1d"
    kind: Literal["avg_pool1d"]
    kernel_size: Count = Field(default=2, description="Length of a window.")
    stride: Count | None = Field(
        default=None, description="Step between windows. Default: the window's own size."
    )
    padding: Padding = Field(default=0, description="Zeros on every side, at most half a window.")
    ceil_mode: bool = Field(default=False, description="Whether windows may hang over the edge.")
    count_include_pad: bool = Field(
        default=True, description="Whether the padding's zeros count in the mean."
    )


class AvgPool2dLayer(LayerBase, frozen=True):
    """Replaces each window of images by its mean."""

    title: ClassVar[str] = "Average pooling 2d"
    kind: Literal["avg_pool2d"]
    kernel_size: CountPair = Field(default=(2, 2), description="Height and width of a window.")
    stride: CountPair | None = Field(
        default=None, description="Step between windows. Default: the window's own size."
    )
    padding: PaddingPair = Field(
        default=(0, 0), description="Zeros on every side, at most half a window."
    )
    ceil_mode: bool = Field(default=False, description="Whether windows may hang over the edge.")
    count_include_pad: bool = Field(
        default=True, description="Whether the padding's zeros count in the mean."
    )


class AvgPool3dLayer(LayerBase, frozen=True):
    """Replaces each window of volumes by its mean."""

    title: ClassVar[str] = "Average pooling 3d"
    kind: Literal["avg_pool3d"]
    kernel_size: CountTriple = Field(
        default=(2, 2, 2), description="Depth, height and width of a window."
    )
    stride: CountTriple | None = Field(
        default=None, description="Step between windows. Default: the window's own size."
    )
    padding: PaddingTriple = Field(
        default=(0, 0, 0), description="Zeros on every side, at most half a window."
    )
    ceil_mode: bool = Field(default=False, description="Whether windows may hang over the edge.")
    count_include_pad: bool = Field(
        default=True, description="Whether the padding's zeros count in the mean."
    )


class AdaptiveAvgPool1dLayer(LayerBase, frozen=True):
    """Means over as many windows as are asked for, however long the sequences that arrive."""

    title: ClassVar[str] = "Adaptive average pooling 1d"
    kind: Literal["adaptive_avg_pool1d"]
    output_size: Count = Field(default=1, description="How many numbers per channel come out.")


class AdaptiveAvgPool2dLayer(LayerBase, frozen=True):
    """Means over as many windows as are asked for, however large the images that arrive."""

    title: ClassVar[str] = "Adaptive average pooling 2d"
    kind: Literal["adaptive_avg_pool2d"]
    output_size: CountPair = Field(default=(1, 1), description="Height and width that come out.")


class AdaptiveAvgPool3dLayer(LayerBase, frozen=True):
    """Means over as many windows as are asked for, however large the volumes that arrive."""

    title: ClassVar[str] = "Adaptive average pooling 3d"
    kind: Literal["adaptive_avg_pool3d"]
    output_size: CountTriple = Field(
        default=(1, 1, 1), description="Depth, height and width that come out."
    )
