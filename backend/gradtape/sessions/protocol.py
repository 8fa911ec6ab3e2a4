"""What the server and a session's process say to each other, as plain data.

Each message travels as one frame (wire.py): this JSON, and for some an attachment of bytes.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from gradtape.sessions.messages import Command, SessionEvent
from gradtape.sessions.questions import Question, ValuesForm
from gradtape.spec.regime import Regime
from gradtape.tape.numbers import Plain


class Begin(Plain):
    """Build the session; from the attached snapshot if there is one."""

    kind: Literal["begin"] = "begin"
    spec: str = Field(description="JSON.")
    from_snapshot: bool
    snapshot_interval_seconds: float


class RecordOnce(Plain):
    """Build a spec, record one iteration of it, answer with its tape. Nothing else follows.

    With `forward_only`, no more than the forward pass is run.
    """

    kind: Literal["record_once"] = "record_once"
    spec: str = Field(description="JSON.")
    values: ValuesForm | None = None
    forward_only: bool = False


class Describe(Plain):
    """Say what this process computes with."""

    kind: Literal["describe"] = "describe"


class Perform(Plain):
    """Carry out a command after those before it.

    `until` is given for what had begun in an earlier process: the number of completed iterations
    at which a run ends, or at which a change was made while a run was under way.
    """

    kind: Literal["perform"] = "perform"
    number: int
    command: Command
    until: int | None = None


class Ask(Plain):
    """Answer a question; `id` comes back with the answer."""

    kind: Literal["ask"] = "ask"
    id: int
    question: Question


class TakeSnapshot(Plain):
    """Send a snapshot now."""

    kind: Literal["take_snapshot"] = "take_snapshot"


class SnapshotStored(Plain):
    """The last snapshot has been dealt with; the next one may come."""

    kind: Literal["snapshot_stored"] = "snapshot_stored"


class Leave(Plain):
    """End the process."""

    kind: Literal["leave"] = "leave"


ToChild = Annotated[
    Begin | RecordOnce | Describe | Perform | Ask | TakeSnapshot | SnapshotStored | Leave,
    Field(discriminator="kind"),
]


class Opened(Plain):
    """The session stands."""

    kind: Literal["opened"] = "opened"
    device: str
    parameters: int
    iteration: int
    iterations_recorded: list[int]
    regime: Regime


class Described(Plain):
    """What a process computes with."""

    kind: Literal["described"] = "described"
    torch: str
    device: str


class Began(Plain):
    """A command is under way."""

    kind: Literal["began"] = "began"
    number: int


class Done(Plain):
    """A command has been carried out, or has failed after as many iterations as it could."""

    kind: Literal["done"] = "done"
    number: int
    iteration: int
    failed: bool
    meanwhile: bool = Field(default=False, description="While a run was under way, which goes on.")
    regime: Regime = Field(description="With its hyperparameters as they are now.")


class Told(Plain):
    """An event for everyone who follows the session."""

    kind: Literal["told"] = "told"
    event: SessionEvent


class SnapshotTaken(Plain):
    """A snapshot, attached.

    `covers` is the last command that it holds all effects of; `run` is the number of the run that
    was under way, if one was, and `until` where that is to end.
    """

    kind: Literal["snapshot_taken"] = "snapshot_taken"
    iteration: int
    covers: int
    run: int | None
    until: int | None
    requested: bool = Field(description="By TakeSnapshot, not by the process's own schedule.")


class SnapshotFailed(Plain):
    """No snapshot could be taken; the one before it stands."""

    kind: Literal["snapshot_failed"] = "snapshot_failed"
    requested: bool
    error: dict[str, Any]


class Answered(Plain):
    """The answer to a question, attached: payload, then blob."""

    kind: Literal["answered"] = "answered"
    id: int
    payload_length: int


class Refused(Plain):
    """A question, or the building of a session (id 0), that failed."""

    kind: Literal["refused"] = "refused"
    id: int
    error: dict[str, Any]


FromChild = Annotated[
    Opened | Described | Began | Done | Told | SnapshotTaken | SnapshotFailed | Answered | Refused,
    Field(discriminator="kind"),
]

TO_CHILD: TypeAdapter[ToChild] = TypeAdapter(ToChild)
FROM_CHILD: TypeAdapter[FromChild] = TypeAdapter(FromChild)
