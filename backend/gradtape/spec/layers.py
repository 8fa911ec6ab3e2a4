"""The layers that a network is made of, one model per kind, with PyTorch's names and defaults.

Sizes of what arrives are inferred (layer_shapes.py); a layer says only what it makes of it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from gradtape.spec.fields import (
    WHOLE,
    Choice,
    Count,
    CountPair,
    FormControl,
    LayerName,
    NonNegative,
    Padding,
    PaddingPair,
    Real,
    Share,
    check_kind_of,
)
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


class LinearLayer(ParametricLayer, frozen=True):
    """Every output is a weighted sum of all inputs, plus a bias: x·Wᵀ + b."""

    title: ClassVar[str] = "Linear"
    kind: Literal["linear"]
    out_features: Count = Field(description="How many outputs.")
    in_features: Count | None = Field(
        default=None, description="How many inputs. Default: what arrives; if said, it is checked."
    )
    bias: bool = Field(default=True, description="Whether a learned bias is added.")


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


class MaxPool2dLayer(LayerBase, frozen=True):
    """Keeps the largest number of each window."""

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


class AvgPool2dLayer(LayerBase, frozen=True):
    """Replaces each window by its mean."""

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


class FlattenLayer(LayerBase, frozen=True):
    """Joins dimensions into one; by default all but the batch."""

    title: ClassVar[str] = "Flatten"
    kind: Literal["flatten"]
    start_dim: Dimension = Field(default=1, description="First dimension that is joined.")
    end_dim: Dimension = Field(default=-1, description="Last dimension that is joined.")


class ReluLayer(LayerBase, frozen=True):
    """Keeps positive numbers, makes negative ones zero."""

    title: ClassVar[str] = "ReLU"
    kind: Literal["relu"]


class LeakyReluLayer(LayerBase, frozen=True):
    """Keeps positive numbers, shrinks negative ones."""

    title: ClassVar[str] = "Leaky ReLU"
    kind: Literal["leaky_relu"]
    negative_slope: Real = Field(default=0.01, description="Slope below zero.")


class EluLayer(LayerBase, frozen=True):
    """Keeps positive numbers, bends negative ones towards −alpha."""

    title: ClassVar[str] = "ELU"
    kind: Literal["elu"]
    alpha: Real = Field(default=1.0, description="Where negative numbers level off: −alpha.")


class GeluLayer(LayerBase, frozen=True):
    """Each number times the chance that a standard normal one is smaller."""

    title: ClassVar[str] = "GELU"
    kind: Literal["gelu"]
    approximate: Literal["none", "tanh"] = Field(
        default="none", description="Exact, or by the tanh formula of GPT-2."
    )


class SiluLayer(LayerBase, frozen=True):
    """Each number times its own sigmoid (also called swish)."""

    title: ClassVar[str] = "SiLU"
    kind: Literal["silu"]


class SigmoidLayer(LayerBase, frozen=True):
    """Squeezes every number into 0 … 1."""

    title: ClassVar[str] = "Sigmoid"
    kind: Literal["sigmoid"]


class TanhLayer(LayerBase, frozen=True):
    """Squeezes every number into −1 … 1."""

    title: ClassVar[str] = "Tanh"
    kind: Literal["tanh"]


class SoftmaxLayer(LayerBase, frozen=True):
    """Turns numbers into shares that sum to 1."""

    title: ClassVar[str] = "Softmax"
    kind: Literal["softmax"]
    dim: Dimension = Field(default=-1, description="The dimension along which the shares sum to 1.")


class LogSoftmaxLayer(LayerBase, frozen=True):
    """The logarithm of softmax: the log-probabilities that the nll loss expects."""

    title: ClassVar[str] = "Log-softmax"
    kind: Literal["log_softmax"]
    dim: Dimension = Field(default=-1, description="The dimension along which the shares sum to 1.")


class DropoutLayer(LayerBase, frozen=True):
    """Zeroes random numbers while training, and scales the others up to make good for it."""

    title: ClassVar[str] = "Dropout"
    kind: Literal["dropout"]
    p: Share = Field(default=0.5, description="The chance of each number to be zeroed.")


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


class AddLayer(LayerBase, frozen=True):
    """Adds its inputs, number by number: the way of a skip connection."""

    title: ClassVar[str] = "Add"
    kind: Literal["add"]


class MultiplyLayer(LayerBase, frozen=True):
    """Multiplies its inputs, number by number: the way of a gate."""

    title: ClassVar[str] = "Multiply"
    kind: Literal["multiply"]


class ConcatLayer(LayerBase, frozen=True):
    """Lays its inputs side by side."""

    title: ClassVar[str] = "Concatenate"
    kind: Literal["concat"]
    dim: Dimension = Field(default=1, description="The dimension that grows.")


AnyLayer = (
    LinearLayer
    | Conv1dLayer
    | Conv2dLayer
    | MaxPool2dLayer
    | AvgPool2dLayer
    | FlattenLayer
    | ReluLayer
    | LeakyReluLayer
    | EluLayer
    | GeluLayer
    | SiluLayer
    | SigmoidLayer
    | TanhLayer
    | SoftmaxLayer
    | LogSoftmaxLayer
    | DropoutLayer
    | BatchNormLayer
    | LayerNormLayer
    | AddLayer
    | MultiplyLayer
    | ConcatLayer
)
Layer = Annotated[
    Annotated[AnyLayer, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("layer", AnyLayer)),
]

MERGING_KINDS = ("add", "multiply", "concat")
