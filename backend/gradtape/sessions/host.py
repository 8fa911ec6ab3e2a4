"""The protocol of whatever runs sessions: this machine's processes, or a cluster's."""

from collections.abc import AsyncIterator
from typing import Protocol

from pydantic import Field

from gradtape.sessions.messages import Command, LoggedEvent, SessionState
from gradtape.sessions.questions import Answer, Question, ValuesForm
from gradtape.spec import ExperimentSpec
from gradtape.tape.numbers import Plain


class HostFacts(Plain):
    """What a host computes with."""

    torch: str = Field(description="Version.")
    device: str = Field(description="What `device: auto` takes.")
    sessions_live: int


class SessionHost(Protocol):
    """Runs sessions, each isolated from the others. Every failure is a GradtapeError."""

    async def start(self) -> None:
        """Get ready; returns before it is, so that the server can answer meanwhile."""
        ...

    async def stop(self) -> None:
        """Keep what there is to keep, end every process, close the store."""
        ...

    async def facts(self) -> HostFacts:
        """What this host computes with; may have to wait until that is known.

        Raises:
            SessionUnavailable: torch could not be started.
        """
        ...

    async def open(self, session_id: str, spec: ExperimentSpec) -> SessionState:
        """Build a session; it is stored once its network stands.

        Raises:
            Busy: every process is taken by a session that is at work.
            CommandRefused: the id is taken.
        """
        ...

    async def branch(
        self, session_id: str, origin: str, iteration: int | None = None
    ) -> SessionState:
        """Open a session that stands before an iteration of another, which goes on untouched.

        Args:
            session_id: of the new one; it is stored once this returns.
            origin: the other's.
            iteration: a recorded one, or the one that comes next; None is where the other stands.

        Raises:
            UnknownIteration: it is not recorded.
            Busy: as `open`.
            CommandRefused: the id is taken.
        """
        ...

    async def state(self, session_id: str) -> SessionState:
        """How a session stands; brings it back if it was evicted.

        Raises:
            UnknownSession: as every method that takes an id.
        """
        ...

    async def close(self, session_id: str) -> None:
        """End a session and forget it for good."""
        ...

    async def send(self, session_id: str, command: Command) -> int:
        """Store a command and queue it.

        Returns:
            The sequence of its `accepted` event.

        Raises:
            Busy: too many commands wait already.
        """
        ...

    async def ask(self, session_id: str, question: Question) -> Answer:
        """Answer a question, between two iterations if the session is training.

        Raises:
            SessionUnavailable: the process hung or ended over this question.
            Busy: the session is at work on commands that came before.
        """
        ...

    def events(self, session_id: str, after: int) -> AsyncIterator[LoggedEvent]:
        """Every event after a sequence, then each new one, until the session is deleted.

        Metrics that piled up come merged. Begins with a `resync` if events in between are no
        longer kept. Errors are raised by the first `anext`.

        Raises:
            Busy: too many readers.
        """
        ...

    async def snapshot(self, session_id: str) -> None:
        """Store everything that the session needs to go on from here."""
        ...

    async def record(
        self, spec: ExperimentSpec, values: ValuesForm | None, *, forward_only: bool = False
    ) -> Answer:
        """Record one iteration of a spec; nothing is kept.

        Args:
            values: how the numbers stand in the JSON; None: they do not.
            forward_only: run the network and nothing after it.

        Returns:
            The tape as JSON, and the frame's blob.
        """
        ...
