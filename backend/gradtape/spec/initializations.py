"""How parameters are filled before training."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gradtape.spec.fields import (
    LARGEST_REAL,
    Choice,
    NonNegative,
    Part,
    Real,
    check_kind_of,
    refuse,
)

Distribution = Literal["uniform", "normal"]


class DefaultInitialization(Choice, frozen=True):
    """What PyTorch does when it is told nothing."""

    title: ClassVar[str] = "Default"
    kind: Literal["default"]


class ZerosInitialization(Choice, frozen=True):
    """All zero."""

    title: ClassVar[str] = "Zeros"
    kind: Literal["zeros"]


class ConstantInitialization(Choice, frozen=True):
    """The same number everywhere."""

    title: ClassVar[str] = "Constant"
    kind: Literal["constant"]
    value: Real = Field(default=1.0, description="The number.")


class NormalInitialization(Choice, frozen=True):
    """Drawn from a normal distribution."""

    title: ClassVar[str] = "Normal"
    kind: Literal["normal"]
    mean: Real = Field(default=0.0, description="Centre of the distribution.")
    std: NonNegative = Field(default=1.0, description="Standard deviation.")


class UniformInitialization(Choice, frozen=True):
    """Drawn evenly between two numbers."""

    title: ClassVar[str] = "Uniform"
    kind: Literal["uniform"]
    low: Real = Field(default=0.0, description="Lower end, included.")
    high: Real = Field(default=1.0, description="Upper end, not included.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        refuse_reversed_range(self.low, self.high)
        return self


class XavierInitialization(Choice, frozen=True):
    """Keeps the variance of tanh-like layers alike, forward and backward (Glorot, Bengio 2010)."""

    title: ClassVar[str] = "Xavier"
    kind: Literal["xavier"]
    distribution: Distribution = Field(default="uniform", description="Shape of the distribution.")
    gain: Annotated[float, Field(ge=0, le=LARGEST_REAL)] = Field(
        default=1.0, description="Factor on the standard deviation; 5/3 suits tanh."
    )


class KaimingInitialization(Choice, frozen=True):
    """Keeps the variance of ReLU layers alike (He et al. 2015)."""

    title: ClassVar[str] = "Kaiming"
    kind: Literal["kaiming"]
    distribution: Distribution = Field(default="uniform", description="Shape of the distribution.")
    mode: Literal["fan_in", "fan_out"] = Field(
        default="fan_in",
        description="Which variance is kept: of the values (fan_in) or of the gradients (fan_out).",
    )
    nonlinearity: Literal["relu", "leaky_relu", "tanh", "sigmoid", "linear"] = Field(
        default="relu", description="The activation that follows; it sets the gain."
    )
    negative_slope: Real = Field(
        default=0.01, description="Slope of a leaky_relu below zero; other activations ignore it."
    )


def refuse_reversed_range(low: float, high: float) -> None:
    """Raise where a range ends before it begins."""
    if low > high:
        raise refuse("out_of_range", f"must be at least low ({low}); got {high}.", "high")


AnyInitialization = (
    DefaultInitialization
    | ZerosInitialization
    | ConstantInitialization
    | NormalInitialization
    | UniformInitialization
    | XavierInitialization
    | KaimingInitialization
)
Initialization = Annotated[
    Annotated[AnyInitialization, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("initialization", AnyInitialization)),
]


class ParameterInitializations(Part, frozen=True):
    """How the parameters of one layer are filled."""

    weight: Initialization = Field(
        default=DefaultInitialization(kind="default"), description="How the weight is filled."
    )
    bias: Initialization = Field(
        default=DefaultInitialization(kind="default"), description="How the bias is filled."
    )
