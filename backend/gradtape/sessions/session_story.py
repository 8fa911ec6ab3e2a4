"""What everyone may know of a session: how it stands, and the events that led there."""

from gradtape.errors import SessionUnavailable
from gradtape.sessions.event_log import EventLog
from gradtape.sessions.messages import (
    MetricsEvent,
    RecordedEvent,
    SessionEvent,
    SessionPhase,
    SessionState,
    StateEvent,
)
from gradtape.sessions.protocol import Done, Opened
from gradtape.sessions.session_shelf import SessionShelf
from gradtape.spec import ExperimentSpec


class SessionStory:
    """The session's log, and its state as the log has told it so far.

    Args:
        session_id: whose story it is.
        spec: what it was opened with.
        log: where events go.
        shelf: keeps their sequences from being given twice.
    """

    def __init__(
        self, session_id: str, spec: ExperimentSpec, log: EventLog, shelf: SessionShelf
    ) -> None:
        self.log = log
        self.phase = SessionPhase.RESTORING
        self.trained_since_snapshot = 0
        self._id = session_id
        self._spec = spec
        self._shelf = shelf
        self._facts: Opened | None = None

    @property
    def is_known(self) -> bool:
        """Whether a process has said how the session stands."""
        return self._facts is not None

    def state(self, *, waiting: int) -> SessionState:
        """How it stands.

        Args:
            waiting: commands still to be carried out.
        """
        facts = self._known_facts()
        return SessionState(
            id=self._id,
            name=self._spec.name or "",
            spec=facts.regime.into(self._spec),
            iteration=facts.iteration,
            phase=_phase(self.phase, waiting),
            device=facts.device,
            parameters=facts.parameters,
            iterations_per_epoch=self._spec.iterations_per_epoch,
            iterations_recorded=facts.iterations_recorded,
            sequence=self.log.last,
        )

    def publish(self, event: SessionEvent) -> int:
        """Tell everyone; the event's sequence."""
        sequence = self.log.append(event).sequence
        self._shelf.reserve(sequence)
        return sequence

    def tell_phase(self, phase: SessionPhase, *, waiting: int) -> None:
        """Tell everyone how the session stands now."""
        self.phase = _phase(phase, waiting)
        if self._facts is not None:
            self.publish(
                StateEvent(
                    phase=self.phase,
                    iteration=self._facts.iteration,
                    iterations_recorded=self._facts.iterations_recorded,
                )
            )

    def take_opened(self, opened: Opened) -> None:
        """A process stands where it was asked to begin."""
        self._facts = opened

    def take_done(self, done: Done) -> None:
        """A command has been carried out."""
        self._know(iteration=done.iteration, regime=done.regime)

    def take_event(self, event: SessionEvent, *, waiting: int) -> None:
        """A process has something to tell."""
        match event:
            case StateEvent():
                self._know(iteration=event.iteration, iterations_recorded=event.iterations_recorded)
                self.tell_phase(event.phase, waiting=waiting)
                return
            case MetricsEvent():
                self.trained_since_snapshot += len(event.columns.iteration)
                self._know(iteration=event.columns.iteration[-1] + 1)
            case RecordedEvent():
                # Later ones belong to a past that this iteration has replaced.
                recorded = self._known_facts().iterations_recorded
                before = [k for k in recorded if k < event.iteration]
                self._know(iterations_recorded=[*before, event.iteration])
            case _:
                pass
        self.publish(event)

    def _know(self, **facts: object) -> None:
        self._facts = self._known_facts().model_copy(update=facts)

    def _known_facts(self) -> Opened:
        if self._facts is None:
            raise SessionUnavailable("The session has not been built yet.")
        return self._facts


def _phase(phase: SessionPhase, waiting: int) -> SessionPhase:
    # Between two commands a process is ready for an instant; the session is not.
    return SessionPhase.RUNNING if phase is SessionPhase.READY and waiting else phase
