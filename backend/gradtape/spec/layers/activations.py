"""Layers that bend every number by itself, and softmax."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gradtape.spec.fields import Real, refuse
from gradtape.spec.layers.base import Dimension, LayerBase


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


class SoftplusLayer(LayerBase, frozen=True):
    """A ReLU without its corner: log(1 + exp(beta·x)) / beta."""

    title: ClassVar[str] = "Softplus"
    kind: Literal["softplus"]
    beta: Annotated[float, Field(ge=1e-3, le=1e3)] = Field(
        default=1.0, description="How sharp the bend at zero is."
    )
    threshold: Real = Field(
        default=20.0, description="Where beta·x is larger, numbers are kept as they are."
    )


class MishLayer(LayerBase, frozen=True):
    """Each number times the tanh of its softplus."""

    title: ClassVar[str] = "Mish"
    kind: Literal["mish"]


class HardtanhLayer(LayerBase, frozen=True):
    """Keeps numbers between two bounds and cuts off the others."""

    title: ClassVar[str] = "Hardtanh"
    kind: Literal["hardtanh"]
    min_val: Real = Field(default=-1.0, description="Lower bound.")
    max_val: Real = Field(default=1.0, description="Upper bound, above the lower one.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min_val >= self.max_val:
            message = f"must be above min_val ({self.min_val}); got {self.max_val}."
            raise refuse("out_of_range", message, "max_val")
        return self


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
