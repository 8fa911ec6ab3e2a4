"""How parameters move against their gradients, with PyTorch's names and defaults."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gradtape.spec.fields import Choice, DecayPair, Rate, Share, check_kind_of, refuse

WEIGHT_DECAY = "Pull of every parameter towards zero."
EPS = "Added to a denominator to keep it from zero."


class SgdOptimizer(Choice, frozen=True):
    """Plain gradient descent: each parameter moves by −lr times its gradient."""

    title: ClassVar[str] = "SGD"
    kind: Literal["sgd"]
    lr: Rate = Field(default=1e-3, description="Learning rate: length of a step.")
    momentum: Rate = Field(default=0.0, description="Share of the last step that is kept up.")
    dampening: Rate = Field(
        default=0.0, description="How much less of the gradient momentum takes."
    )
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    nesterov: bool = Field(default=False, description="Whether momentum looks one step ahead.")

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Self:
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            message = "needs a momentum above 0 and a dampening of 0. Did you mean momentum=0.9?"
            raise refuse("invalid_combination", message, "nesterov", suggestion="momentum=0.9")
        return self


class AdamOptimizer(Choice, frozen=True):
    """Steps scaled per number by running averages of gradient and squared gradient."""

    title: ClassVar[str] = "Adam"
    kind: Literal["adam"]
    lr: Rate = Field(default=1e-3, description="Learning rate: length of a step.")
    betas: DecayPair = Field(
        default=(0.9, 0.999), description="What both running averages keep per iteration."
    )
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    amsgrad: bool = Field(default=False, description="Whether the scale never shrinks.")


class AdamWOptimizer(Choice, frozen=True):
    """Adam with weight decay taken apart from the gradient."""

    title: ClassVar[str] = "AdamW"
    kind: Literal["adamw"]
    lr: Rate = Field(default=1e-3, description="Learning rate: length of a step.")
    betas: DecayPair = Field(
        default=(0.9, 0.999), description="What both running averages keep per iteration."
    )
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=1e-2, description=WEIGHT_DECAY)
    amsgrad: bool = Field(default=False, description="Whether the scale never shrinks.")


class RmspropOptimizer(Choice, frozen=True):
    """Steps divided by the running root mean square of the gradient."""

    title: ClassVar[str] = "RMSprop"
    kind: Literal["rmsprop"]
    lr: Rate = Field(default=1e-2, description="Learning rate: length of a step.")
    alpha: Share = Field(default=0.99, description="What the running average keeps per iteration.")
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    momentum: Rate = Field(default=0.0, description="Share of the last step that is kept up.")
    centered: bool = Field(default=False, description="Whether the gradient's mean is taken out.")


class AdagradOptimizer(Choice, frozen=True):
    """Steps divided by the root of all squared gradients so far."""

    title: ClassVar[str] = "Adagrad"
    kind: Literal["adagrad"]
    lr: Rate = Field(default=1e-2, description="Learning rate: length of a step.")
    lr_decay: Rate = Field(default=0.0, description="How fast the learning rate falls.")
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    initial_accumulator_value: Rate = Field(
        default=0.0, description="What the sum of squares begins with."
    )
    eps: Rate = Field(default=1e-10, description=EPS)


AnyOptimizer = SgdOptimizer | AdamOptimizer | AdamWOptimizer | RmspropOptimizer | AdagradOptimizer
Optimizer = Annotated[
    Annotated[AnyOptimizer, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("optimizer", AnyOptimizer)),
]
