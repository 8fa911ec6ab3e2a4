"""A session host that does as the test says: for what real sessions do only when they break."""

import asyncio
from collections.abc import AsyncIterator

from gradtape.errors import UnknownSession
from gradtape.sessions.host import HostFacts
from gradtape.sessions.messages import Command, LoggedEvent, SessionPhase, SessionState
from gradtape.sessions.questions import Answer, Question, ValuesForm
from gradtape.spec import ExperimentSpec


class ScriptedHost:
    """Every method raises `failure` if there is one; else it gives something plausible."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.answer = Answer(b"{}")
        self.sessions: dict[str, SessionState] = {}
        self.commands: list[Command] = []
        self.questions: list[Question] = []
        self.recorded: list[tuple[ExperimentSpec, ValuesForm | None]] = []
        self.logged: list[LoggedEvent] = []
        self.more: asyncio.Event | None = None  # events wait for it once the log is told
        self.readers = 0
        self.calls: list[str] = []
        self.branches: list[tuple[str, int | None]] = []

    async def start(self) -> None:
        self.calls.append("start")

    async def stop(self) -> None:
        self.calls.append("stop")

    async def facts(self) -> HostFacts:
        self._fail()
        return HostFacts(torch="2.13.0", device="cpu", sessions_live=len(self.sessions))

    async def open(self, session_id: str, spec: ExperimentSpec) -> SessionState:
        self._fail()
        self.sessions[session_id] = SessionState(
            id=session_id,
            name=spec.name or "",
            spec=spec,
            iteration=0,
            phase=SessionPhase.READY,
            device="cpu",
            parameters=0,
            iterations_per_epoch=1,
            iterations_recorded=[],
            sequence=1,
        )
        return self.sessions[session_id]

    async def branch(
        self, session_id: str, origin: str, iteration: int | None = None
    ) -> SessionState:
        self.branches.append((origin, iteration))
        state = self._session(origin).model_copy(update={"id": session_id})
        self.sessions[session_id] = state
        return state

    async def state(self, session_id: str) -> SessionState:
        return self._session(session_id)

    async def close(self, session_id: str) -> None:
        self._session(session_id)
        del self.sessions[session_id]

    async def send(self, session_id: str, command: Command) -> int:
        self._session(session_id)
        self.commands.append(command)
        return 1 + len(self.commands)

    async def ask(self, session_id: str, question: Question) -> Answer:
        self._session(session_id)
        self.questions.append(question)
        return self.answer

    async def events(self, session_id: str, after: int) -> AsyncIterator[LoggedEvent]:
        self._session(session_id)
        self.readers += 1
        try:
            for logged in self.logged:
                if logged.sequence > after:
                    yield logged
            if self.more is not None:
                await self.more.wait()
        finally:
            self.readers -= 1

    async def snapshot(self, session_id: str) -> None:
        self._session(session_id)

    async def record(
        self, spec: ExperimentSpec, values: ValuesForm | None, *, forward_only: bool = False
    ) -> Answer:
        self._fail()
        self.recorded.append((spec, values))
        if forward_only:
            self.calls.append("record the forward pass")
        return self.answer

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _session(self, session_id: str) -> SessionState:
        self._fail()
        if session_id not in self.sessions:
            raise UnknownSession(f"There is no session {session_id[:64]!r}.")
        return self.sessions[session_id]
