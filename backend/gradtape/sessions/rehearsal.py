"""What a zygote goes through before it forks: every step of a session, with nobody at the end.

Whatever Python and torch import, build and allocate on the way is there in every fork, and shared.
"""

from collections import deque
from collections.abc import Iterable

from gradtape.engine.experiment import Experiment
from gradtape.sessions.child import serve_wire
from gradtape.sessions.messages import RecordCommand, RunCommand, SeekCommand, SetCommand
from gradtape.sessions.protocol import (
    TO_CHILD,
    Ask,
    Begin,
    FromChild,
    Perform,
    RecordOnce,
    SnapshotStored,
    TakeSnapshot,
    ToChild,
)
from gradtape.sessions.questions import (
    MetricsQuestion,
    OriginQuestion,
    ParametersQuestion,
    TapeQuestion,
    ValuesQuestion,
)
from gradtape.sessions.wire import WireClosed
from gradtape.spec import ExperimentSpec

RUN_ITERATIONS = 3


class RehearsalWire:
    """A wire to nobody: it hands out a script, and drops what is said.

    Args:
        script: what the server would send.
        snapshot: attached to each message of it.
    """

    def __init__(self, script: Iterable[ToChild], snapshot: bytes = b"") -> None:
        self._script = deque(message.model_dump_json() for message in script)
        self._snapshot = snapshot

    def has_input(self, timeout_seconds: float | None = 0.0) -> bool:
        """Whether the script goes on; its end comes when the process has nothing else to do."""
        return bool(self._script) or timeout_seconds is None

    def send(self, message: FromChild, attachment: bytes = b"") -> None:  # noqa: ARG002
        """Encode a message, and drop it."""
        message.model_dump_json()

    def receive(self) -> tuple[ToChild, bytes]:
        """The next line of the script.

        Raises:
            WireClosed: that was the last one.
        """
        if not self._script:
            raise WireClosed
        return TO_CHILD.validate_json(self._script.popleft()), self._snapshot


def rehearse(spec: ExperimentSpec) -> None:
    """Go through a session of this spec, a restored one, and a single recording."""
    spec = spec.model_copy(update={"device": "cpu"})
    text = spec.model_dump_json()
    _play(RehearsalWire(_write_script(text)))
    snapshot = Experiment(spec).to_snapshot()
    _play(RehearsalWire([_begin(text, from_snapshot=True)], snapshot))
    _play(RehearsalWire([RecordOnce(spec=text, values="inline")]))


def _play(wire: RehearsalWire) -> None:
    try:
        serve_wire(wire)
    except WireClosed:
        # The script is over.
        return


def _begin(text: str, *, from_snapshot: bool) -> Begin:
    return Begin(spec=text, from_snapshot=from_snapshot, snapshot_interval_seconds=0.0)


def _write_script(text: str) -> list[ToChild]:
    return [
        _begin(text, from_snapshot=False),
        Perform(number=1, command=RecordCommand(kind="record")),
        Perform(number=2, command=RunCommand(kind="run", iterations=RUN_ITERATIONS)),
        Ask(id=1, question=TapeQuestion(values="inline")),
        Ask(id=2, question=ValuesQuestion(tensor="input")),
        Ask(id=3, question=MetricsQuestion()),
        Ask(id=4, question=ParametersQuestion()),
        Ask(id=5, question=OriginQuestion()),
        TakeSnapshot(),
        SnapshotStored(),
        Perform(number=3, command=SeekCommand(kind="seek", iteration=0)),
        Perform(number=4, command=SetCommand(kind="set", optimizer={"lr": 0.1})),
    ]
