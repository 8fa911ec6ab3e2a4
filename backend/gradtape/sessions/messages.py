"""What a session is told (commands) and what it tells (state, events, metrics). Plain data."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from gradtape import limits
from gradtape.spec.experiment import ExperimentSpec
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


class RunCommand(Plain):
    """Train; every `record_every`-th iteration is recorded, the last one always."""

    kind: Literal["run"]
    iterations: int = Field(ge=1, le=limits.MAX_ITERATIONS_PER_RUN)
    record_every: int | None = Field(default=None, ge=1)


class PauseCommand(Plain):
    """Stop training after the iteration that is under way."""

    kind: Literal["pause"]


class ResetCommand(Plain):
    """Back to iteration 0 with the parameters that the seed gives; recorded iterations go."""

    kind: Literal["reset"]


class SetCommand(Plain):
    """Change hyperparameters of the optimizer from the next iteration on."""

    kind: Literal["set"]
    optimizer: dict[str, float] = Field(min_length=1, max_length=16)


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
    iterations_recorded: list[int]
    sequence: int = Field(description="Of the last event.")
