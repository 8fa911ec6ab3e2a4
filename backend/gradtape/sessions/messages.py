"""What a session is told (commands) and what it tells (state, events, metrics). Plain data."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradtape import limits
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.fields import LARGEST_REAL
from gradtape.tape.metrics import Metrics
from gradtape.tape.numbers import Number, Plain


class SessionPhase(StrEnum):
    """What a session is doing."""

    READY = "ready"
    RUNNING = "running"
    RESTORING = "restoring"
    FAILED = "failed"


class RecordCommand(Plain):
    """Run one iteration and record it."""

    kind: Literal["record"]


class Until(Plain):
    """What ends a run before its last iteration."""

    loss: float = Field(
        ge=-LARGEST_REAL, le=LARGEST_REAL, description="An iteration's loss lies below it."
    )


class RunCommand(Plain):
    """Train; every `record_every`-th iteration is recorded, the last one always.

    Either `iterations` or `epochs` say how long; an epoch that has begun counts as the first. With
    `until` that is the most, and where the loss is reached, the iteration after it is the last.
    """

    kind: Literal["run"]
    iterations: int | None = Field(default=None, ge=1, le=limits.MAX_ITERATIONS_PER_RUN)
    epochs: int | None = Field(default=None, ge=1, le=limits.MAX_ITERATIONS_PER_RUN)
    until: Until | None = None
    record_every: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_one_length(self) -> Self:
        if self.iterations is None and self.epochs is None:
            message = "iterations or epochs is missing"
            raise PydanticCustomError("missing_alternative", message, {"path": "iterations"})
        if self.iterations is not None and self.epochs is not None:
            raise PydanticCustomError("invalid_value", "take either iterations or epochs")
        return self


class PauseCommand(Plain):
    """Stop training after the iteration that is under way."""

    kind: Literal["pause"]


class ResetCommand(Plain):
    """Back to iteration 0 with the parameters that the seed gives; recorded iterations go."""

    kind: Literal["reset"]


Hyperparameters = Annotated[dict[str, float | None], Field(min_length=1, max_length=16)]


class SetCommand(Plain):
    """Change hyperparameters from the next iteration on.

    A learning rate that is set holds for the next iteration, and the schedule goes on from it.
    Pairs such as betas cannot be set.
    """

    kind: Literal["set"]
    optimizer: Hyperparameters | None = None
    schedule: Hyperparameters | None = None
    regularization: Hyperparameters | None = None
    at_once: bool = Field(
        default=False,
        description="Change the run under way too, unless other commands wait; otherwise after it.",
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.changes:
            message = "optimizer, schedule or regularization is missing"
            raise PydanticCustomError("missing_alternative", message, {"path": "optimizer"})
        return self

    @property
    def changes(self) -> dict[str, dict[str, float | None]]:
        """What is to change, by the part of the spec."""
        parts = {
            "optimizer": self.optimizer,
            "schedule": self.schedule,
            "regularization": self.regularization,
        }
        return {name: values for name, values in parts.items() if values is not None}


class EditCommand(Plain):
    """Write one number of a parameter, a buffer, the input or the target."""

    kind: Literal["edit"]
    tensor: str = Field(max_length=limits.MAX_NAME_LENGTH)
    index: tuple[int, ...] = Field(max_length=8)
    value: Number


class SeekCommand(Plain):
    """Stand before a recorded iteration again, with the parameters it began with."""

    kind: Literal["seek"]
    iteration: int = Field(ge=0)


Command = Annotated[
    RecordCommand
    | RunCommand
    | PauseCommand
    | ResetCommand
    | SetCommand
    | EditCommand
    | SeekCommand,
    Field(discriminator="kind"),
]


class AcceptedEvent(Plain):
    """A command was taken and will be carried out after those before it."""

    kind: Literal["accepted"] = "accepted"
    command: Command


class StateEvent(Plain):
    """The session changed phase, or its iteration by other means than training."""

    kind: Literal["state"] = "state"
    phase: SessionPhase
    iteration: int
    iterations_recorded: list[int]


class MetricsEvent(Plain):
    """Iterations that were trained since the last such event."""

    kind: Literal["metrics"] = "metrics"
    columns: Metrics


class RecordedEvent(Plain):
    """An iteration was recorded; its tape can be fetched."""

    kind: Literal["recorded"] = "recorded"
    iteration: int
    structure_hash: str


class FailedEvent(Plain):
    """A command could not be carried out; the session stands where it stood."""

    kind: Literal["failed"] = "failed"
    command: str
    error: dict[str, Any] = Field(description="The error shape of every route.")


class RestoredEvent(Plain):
    """The session's process ended and was replaced from the last snapshot."""

    kind: Literal["restored"] = "restored"
    iteration: int
    lost_iterations: int = Field(description="How many iterations were trained after the snapshot.")
    reason: str


class ResyncEvent(Plain):
    """Events before this one are no longer kept: fetch state, metrics and tape anew."""

    kind: Literal["resync"] = "resync"


SessionEvent = Annotated[
    AcceptedEvent
    | StateEvent
    | MetricsEvent
    | RecordedEvent
    | FailedEvent
    | RestoredEvent
    | ResyncEvent,
    Field(discriminator="kind"),
]


class LoggedEvent(Plain):
    """An event with its place in the session's log."""

    sequence: int = Field(ge=1)
    event: SessionEvent


class SessionState(Plain):
    """How a session stands."""

    id: str
    name: str = Field(description="The spec's name; empty if it has none.")
    spec: ExperimentSpec
    iteration: int = Field(description="Completed iterations: the number that the next one gets.")
    phase: SessionPhase = Field(description="`running` also while commands wait.")
    device: str
    parameters: int = Field(description="How many numbers are trained.")
    iterations_per_epoch: int = Field(description="One pass over the training data.")
    iterations_recorded: list[int]
    sequence: int = Field(description="Of the last event.")
