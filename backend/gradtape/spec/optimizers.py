"""How parameters move against their gradients, with PyTorch's names and defaults."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gradtape.spec.fields import WHOLE, Choice, DecayPair, Rate, Share, check_kind_of, refuse

MAX_INNER_STEPS = 100  # of L-BFGS in one iteration: each is a whole forward and backward pass
MAX_HISTORY = 100  # steps that L-BFGS remembers; each takes twice the memory of the parameters

LR = "Learning rate: length of a step."
BETAS = "What both running averages keep per iteration."
DECOUPLED = "Whether weight decay is taken apart from the gradient."
WEIGHT_DECAY = "Pull of every parameter towards zero."
EPS = "Added to a denominator to keep it from zero."


class SgdOptimizer(Choice, frozen=True):
    """Plain gradient descent: each parameter moves by −lr times its gradient."""

    title: ClassVar[str] = "SGD"
    kind: Literal["sgd"]
    lr: Rate = Field(default=1e-3, description=LR)
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
    lr: Rate = Field(default=1e-3, description=LR)
    betas: DecayPair = Field(default=(0.9, 0.999), description=BETAS)
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    amsgrad: bool = Field(default=False, description="Whether the scale never shrinks.")


class AdamWOptimizer(Choice, frozen=True):
    """Adam with weight decay taken apart from the gradient."""

    title: ClassVar[str] = "AdamW"
    kind: Literal["adamw"]
    lr: Rate = Field(default=1e-3, description=LR)
    betas: DecayPair = Field(default=(0.9, 0.999), description=BETAS)
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=1e-2, description=WEIGHT_DECAY)
    amsgrad: bool = Field(default=False, description="Whether the scale never shrinks.")


class RmspropOptimizer(Choice, frozen=True):
    """Steps divided by the running root mean square of the gradient."""

    title: ClassVar[str] = "RMSprop"
    kind: Literal["rmsprop"]
    lr: Rate = Field(default=1e-2, description=LR)
    alpha: Share = Field(default=0.99, description="What the running average keeps per iteration.")
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    momentum: Rate = Field(default=0.0, description="Share of the last step that is kept up.")
    centered: bool = Field(default=False, description="Whether the gradient's mean is taken out.")


class AdagradOptimizer(Choice, frozen=True):
    """Steps divided by the root of all squared gradients so far."""

    title: ClassVar[str] = "Adagrad"
    kind: Literal["adagrad"]
    lr: Rate = Field(default=1e-2, description=LR)
    lr_decay: Rate = Field(default=0.0, description="How fast the learning rate falls.")
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    initial_accumulator_value: Rate = Field(
        default=0.0, description="What the sum of squares begins with."
    )
    eps: Rate = Field(default=1e-10, description=EPS)


class AdamaxOptimizer(Choice, frozen=True):
    """Adam scaled by the largest gradient lately instead of the mean of squares."""

    title: ClassVar[str] = "Adamax"
    kind: Literal["adamax"]
    lr: Rate = Field(default=2e-3, description=LR)
    betas: DecayPair = Field(default=(0.9, 0.999), description=BETAS)
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)


class NAdamOptimizer(Choice, frozen=True):
    """Adam with a momentum that looks one step ahead."""

    title: ClassVar[str] = "NAdam"
    kind: Literal["nadam"]
    lr: Rate = Field(default=2e-3, description=LR)
    betas: DecayPair = Field(default=(0.9, 0.999), description=BETAS)
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    momentum_decay: Rate = Field(default=4e-3, description="How fast momentum comes to its full.")
    decoupled_weight_decay: bool = Field(default=False, description=DECOUPLED)


class RAdamOptimizer(Choice, frozen=True):
    """Adam that takes plain steps until it has seen enough gradients to scale them."""

    title: ClassVar[str] = "RAdam"
    kind: Literal["radam"]
    lr: Rate = Field(default=1e-3, description=LR)
    betas: DecayPair = Field(default=(0.9, 0.999), description=BETAS)
    eps: Rate = Field(default=1e-8, description=EPS)
    weight_decay: Rate = Field(default=0.0, description=WEIGHT_DECAY)
    decoupled_weight_decay: bool = Field(default=False, description=DECOUPLED)


class SgdByHandOptimizer(Choice, frozen=True):
    """The update as one writes it by hand: p -= lr * p.grad, without autograd watching."""

    title: ClassVar[str] = "SGD by hand"
    kind: Literal["sgd_by_hand"]
    lr: Rate = Field(default=1e-3, description=LR)


class LbfgsOptimizer(Choice, frozen=True):
    """Steps by an estimate of the curvature; each iteration runs the network several times."""

    title: ClassVar[str] = "L-BFGS"
    kind: Literal["lbfgs"]
    lr: Rate = Field(default=1.0, description=LR)
    max_iter: Annotated[int, Field(ge=1, le=MAX_INNER_STEPS), WHOLE] = Field(
        default=20, description="Most steps within one iteration."
    )
    max_eval: Annotated[int, Field(ge=1, le=MAX_INNER_STEPS), WHOLE] | None = Field(
        default=None,
        description="Most runs of the network in one iteration; null: 1.25 · max_iter.",
    )
    tolerance_grad: Rate = Field(
        default=1e-7, description="It stops where no gradient is larger than that."
    )
    tolerance_change: Rate = Field(
        default=1e-9, description="It stops where a step changes less than that."
    )
    history_size: Annotated[int, Field(ge=1, le=MAX_HISTORY), WHOLE] = Field(
        default=100, description="How many steps it remembers."
    )
    line_search_fn: Literal["strong_wolfe"] | None = Field(
        default=None, description="How it finds the length of a step; null: lr is the length."
    )


AnyOptimizer = (
    SgdOptimizer
    | AdamOptimizer
    | AdamWOptimizer
    | RmspropOptimizer
    | AdagradOptimizer
    | AdamaxOptimizer
    | NAdamOptimizer
    | RAdamOptimizer
    | SgdByHandOptimizer
    | LbfgsOptimizer
)
Optimizer = Annotated[
    Annotated[AnyOptimizer, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("optimizer", AnyOptimizer)),
]
