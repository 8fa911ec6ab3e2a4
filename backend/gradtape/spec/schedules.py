"""How the learning rate changes on the way, with PyTorch's names and defaults.

Where PyTorch has no default, the number is that of the example in its documentation or a usual one.
"""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gradtape.spec.fields import (
    LARGEST_COUNT,
    LARGEST_RATE,
    WHOLE,
    Choice,
    Count,
    FormControl,
    Padding,
    Rate,
    Share,
    check_kind_of,
    refuse,
    to_sizes,
)

MAX_MILESTONES = 100  # more changes than anyone writes down

Pace = Literal["iteration", "epoch"]

GAMMA = "What the learning rate is multiplied by."
ETA_MIN = "The lowest learning rate."
PER_EPOCH = "What is counted: iterations or epochs. With the whole set as one batch both are one."


def _rise(milestones: tuple[int, ...]) -> tuple[int, ...]:
    if any(later <= earlier for earlier, later in pairwise(milestones)):
        raise refuse("invalid_value", "must rise, as in [30, 80].")
    return milestones


Milestones = Annotated[
    tuple[Annotated[int, Field(ge=1, le=LARGEST_COUNT), WHOLE], ...],
    Field(min_length=1, max_length=MAX_MILESTONES),
    BeforeValidator(to_sizes),
    AfterValidator(_rise),
    FormControl("shape"),
]
Positive = Annotated[float, Field(gt=0, le=LARGEST_RATE)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]
BelowOne = Annotated[float, Field(ge=0, lt=1)]


class ScheduleBase(Choice, frozen=True):
    """What every schedule has.

    Attributes:
        settable: fields that can be changed while it runs; the others are read at its beginning.
    """

    settable: ClassVar[frozenset[str]] = frozenset()


class NoSchedule(ScheduleBase, frozen=True):
    """The learning rate stays as it is."""

    title: ClassVar[str] = "Constant"
    kind: Literal["none"]


class StepSchedule(ScheduleBase, frozen=True):
    """The learning rate is multiplied by gamma once in every step_size."""

    title: ClassVar[str] = "Steps"
    settable: ClassVar[frozenset[str]] = frozenset({"step_size", "gamma"})
    kind: Literal["step"]
    step_size: Count = Field(default=30, description="How long the learning rate stays.")
    gamma: Rate = Field(default=0.1, description=GAMMA)
    per: Pace = Field(default="epoch", description=PER_EPOCH)


class MultiStepSchedule(ScheduleBase, frozen=True):
    """The learning rate is multiplied by gamma at each milestone."""

    title: ClassVar[str] = "Milestones"
    settable: ClassVar[frozenset[str]] = frozenset({"gamma"})
    kind: Literal["multi_step"]
    milestones: Milestones = Field(
        default=(30, 80), description="When the learning rate changes, rising."
    )
    gamma: Rate = Field(default=0.1, description=GAMMA)
    per: Pace = Field(default="epoch", description=PER_EPOCH)


class ExponentialSchedule(ScheduleBase, frozen=True):
    """The learning rate is multiplied by gamma each time."""

    title: ClassVar[str] = "Exponential"
    settable: ClassVar[frozenset[str]] = frozenset({"gamma"})
    kind: Literal["exponential"]
    gamma: Rate = Field(default=0.95, description=GAMMA)
    per: Pace = Field(default="epoch", description=PER_EPOCH)


class CosineSchedule(ScheduleBase, frozen=True):
    """The learning rate falls to eta_min along half a cosine, and rises again after it."""

    title: ClassVar[str] = "Cosine"
    settable: ClassVar[frozenset[str]] = frozenset({"T_max", "eta_min"})
    kind: Literal["cosine"]
    T_max: Count = Field(default=100, description="How long it falls.")
    eta_min: Rate = Field(default=0.0, description=ETA_MIN)
    per: Pace = Field(default="epoch", description=PER_EPOCH)


class WarmRestartsSchedule(ScheduleBase, frozen=True):
    """The learning rate falls along half a cosine, again and again from the top."""

    title: ClassVar[str] = "Cosine with warm restarts"
    settable: ClassVar[frozenset[str]] = frozenset({"T_mult", "eta_min"})
    kind: Literal["warm_restarts"]
    T_0: Count = Field(default=50, description="How long the first fall takes.")
    T_mult: Count = Field(
        default=1, description="How many times longer each fall is than the last."
    )
    eta_min: Rate = Field(default=0.0, description=ETA_MIN)
    per: Pace = Field(default="epoch", description=PER_EPOCH)


class OneCycleSchedule(ScheduleBase, frozen=True):
    """The learning rate rises to max_lr and falls to almost nothing, where it stays.

    The optimizer's own lr has no effect; momentum goes the other way.
    """

    title: ClassVar[str] = "One cycle"
    kind: Literal["one_cycle"]
    max_lr: Positive = Field(default=0.1, description="The highest learning rate.")
    total_steps: Annotated[int, Field(ge=2, le=LARGEST_COUNT), WHOLE] = Field(
        default=100, description="How long the cycle is."
    )
    pct_start: PositiveShare = Field(default=0.3, description="Share of the cycle that rises.")
    anneal_strategy: Literal["cos", "linear"] = Field(
        default="cos", description="Along half a cosine or along a line."
    )
    cycle_momentum: bool = Field(
        default=True, description="Whether momentum falls while the learning rate rises."
    )
    base_momentum: BelowOne = Field(default=0.85, description="The lowest momentum.")
    max_momentum: BelowOne = Field(default=0.95, description="The highest momentum.")
    div_factor: Positive = Field(
        default=25.0, description="max_lr divided by it is where the cycle begins."
    )
    final_div_factor: Positive = Field(
        default=1e4, description="The beginning divided by it is where the cycle ends."
    )
    three_phase: bool = Field(
        default=False, description="Whether it comes back to the beginning before the last fall."
    )
    per: Pace = Field(default="iteration", description=PER_EPOCH)

    @model_validator(mode="after")
    def _has_time_for_its_phases(self) -> Self:
        parts = 2 * self.pct_start * self.total_steps if self.three_phase else 0.0
        ends = (self.pct_start * self.total_steps - 1, parts - 2 if parts else None)
        last = self.total_steps - 1
        if any(end is not None and not 0 < end < last for end in ends):
            message = (
                "leaves no time for one of the phases: each needs more than one of "
                f"total_steps={self.total_steps}."
            )
            raise refuse("invalid_combination", message, "pct_start")
        return self


class PlateauSchedule(ScheduleBase, frozen=True):
    """The learning rate is multiplied by factor when the loss has not fallen for a while.

    It looks at the mean training loss of each epoch (or at each iteration's loss), or at the
    validation loss whenever that has been measured.
    """

    title: ClassVar[str] = "On a plateau"
    settable: ClassVar[frozenset[str]] = frozenset(
        {"factor", "patience", "threshold", "cooldown", "eps"}
    )
    kind: Literal["plateau"]
    watch: Literal["training", "validation"] = Field(
        default="training", description="Which loss it looks at."
    )
    factor: BelowOne = Field(default=0.1, description=GAMMA)
    patience: Padding = Field(default=10, description="How often in a row the loss may not fall.")
    threshold: Rate = Field(default=1e-4, description="The least fall that counts.")
    threshold_mode: Literal["rel", "abs"] = Field(
        default="rel", description="Whether the threshold is a share of the loss."
    )
    cooldown: Padding = Field(default=0, description="How long it does not look afterwards.")
    min_lr: Rate = Field(default=0.0, description=ETA_MIN)
    eps: Rate = Field(default=1e-8, description="A smaller change is left out.")
    per: Pace = Field(
        default="epoch",
        description="How often it looks at the training loss; validation has its own pace.",
    )


class LinearWarmupSchedule(ScheduleBase, frozen=True):
    """The learning rate rises along a line from a share of lr, and then stays."""

    title: ClassVar[str] = "Linear warm-up"
    kind: Literal["linear_warmup"]
    start_factor: PositiveShare = Field(
        default=1 / 3, description="Share of the learning rate that it begins with."
    )
    end_factor: Share = Field(default=1.0, description="Share of it that it ends with.")
    total_iters: Count = Field(default=5, description="How long it rises.")
    per: Pace = Field(default="epoch", description=PER_EPOCH)


AnySchedule = (
    NoSchedule
    | StepSchedule
    | MultiStepSchedule
    | ExponentialSchedule
    | CosineSchedule
    | WarmRestartsSchedule
    | OneCycleSchedule
    | PlateauSchedule
    | LinearWarmupSchedule
)
Schedule = Annotated[
    Annotated[AnySchedule, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("schedule", AnySchedule)),
]

CONSTANT = NoSchedule(kind="none")
