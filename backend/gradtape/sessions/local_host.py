"""Sessions as processes of this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from gradtape.errors import Busy, CommandRefused, GradtapeError, SessionUnavailable
from gradtape.sessions.host import HostFacts
from gradtape.sessions.host_settings import HostSettings
from gradtape.sessions.hosted_session import HostedSession
from gradtape.sessions.launcher import Launcher
from gradtape.sessions.messages import Command, LoggedEvent, SessionState
from gradtape.sessions.protocol import Answered, RecordOnce
from gradtape.sessions.questions import Answer, BranchQuestion, Question, ValuesForm
from gradtape.sessions.server_log import note
from gradtape.sessions.session_process import SessionProcess
from gradtape.sessions.wire import WireClosed
from gradtape.spec import ExperimentSpec
from gradtape.store.session_store import SessionStore, StoredSession, StoredSnapshot
from gradtape.store.store_thread import StoreThread

SHUT_SECONDS = 5.0  # for the last snapshots when the server stops
TICK_SECONDS = 1.0  # between two rounds of looking after the sessions, at most


class LocalHost:
    """A SessionHost on this machine: one process per session.

    Args:
        store: closed by `stop`.
        settings: caps and times.
        launcher: one that is started and stopped elsewhere; else it has its own.
    """

    def __init__(
        self,
        store: SessionStore,
        settings: HostSettings | None = None,
        launcher: Launcher | None = None,
    ) -> None:
        self._settings = settings or HostSettings()
        self._store = StoreThread(store)
        self._launcher = launcher or Launcher(images=self._settings.images)
        self._owns_launcher = launcher is None
        self._sessions: dict[str, HostedSession] = {}
        self._opening: set[str] = set()
        self._admission = asyncio.Lock()
        self._loading = asyncio.Lock()
        self._recordings = asyncio.Semaphore(self._settings.max_concurrent_recordings)
        self._endings: set[asyncio.Task[str]] = set()
        self._caretaker: asyncio.Task[Any] | None = None
        self._evictions: dict[str, asyncio.Task[Any]] = {}
        self._is_stopping = False

    async def start(self) -> None:
        """Begin to warm up; sessions wait until that is done."""
        if self._owns_launcher:
            self._launcher.start()
        self._caretaker = asyncio.create_task(self._look_after_sessions())

    async def stop(self) -> None:
        """Take last snapshots, end every process, close the store; once."""
        if self._is_stopping:
            return
        self._is_stopping = True
        chores = list(self._evictions.values())
        if self._caretaker is not None:
            chores.append(self._caretaker)
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        sessions = list(self._sessions.values())
        await asyncio.gather(*(session.shut(snapshot_seconds=SHUT_SECONDS) for session in sessions))
        self._sessions.clear()
        await asyncio.gather(*self._endings)
        if self._owns_launcher:
            await self._launcher.stop()
        await self._store.close()

    async def facts(self) -> HostFacts:
        """What this host computes with."""
        described = await self._launcher.describe()
        return HostFacts(
            torch=described.torch, device=described.device, sessions_live=self._count_live()
        )

    def process_id(self, session_id: str) -> int | None:
        """The process of a session, while it has one; for whoever watches the machine."""
        session = self._sessions.get(session_id)
        return None if session is None else session.process_id

    @property
    def zygote_pid(self) -> int | None:
        """The process that sessions are forked from, while there is one."""
        return self._launcher.zygote_pid

    async def open(self, session_id: str, spec: ExperimentSpec) -> SessionState:
        """Build a session; it is stored once its network stands."""
        self._check_running()
        async with self._admission:
            await self._check_unused(session_id)
            await self._make_room()
            self._opening.add(session_id)
        fresh = StoredSession(session_id, spec.model_dump_json())
        session = HostedSession(fresh, self._store, self._launcher, self._settings)
        try:
            await session.rouse()
            await session.wait_until_up()
            await self._keep_in_store(session, fresh.spec)
        except BaseException:
            await session.destroy()
            raise
        finally:
            self._opening.discard(session_id)
        self._sessions[session_id] = session
        return session.state()

    async def branch(
        self, session_id: str, origin: str, iteration: int | None = None
    ) -> SessionState:
        """Store what another session was before an iteration; it comes up as if it came back."""
        await self._check_unused(session_id)
        answer = await self.ask(origin, BranchQuestion(iteration=iteration))
        before: int = orjson.loads(answer.payload)["iteration"]
        snapshot = StoredSnapshot(bytes(answer.blob), iteration=before, covers=0)
        await self._store.call(self._store.store.branch, session_id, origin, snapshot)
        try:
            await self._prune({session_id})
            return await self.state(session_id)
        except BaseException:
            await self.close(session_id)
            raise

    async def state(self, session_id: str) -> SessionState:
        """How a session stands; brings it back if nobody here knows."""
        session = await self._find(session_id)
        if not session.is_known:
            async with self._using(session_id) as session:
                await session.wait_until_up()
        session.last_used = asyncio.get_running_loop().time()
        return session.state()

    async def close(self, session_id: str) -> None:
        """End a session and forget it."""
        session = await self._find(session_id)
        # The store first: whoever asks from now on finds nothing there.
        await self._store.call(self._store.store.delete, session_id)
        self._sessions.pop(session_id, None)
        await session.destroy()

    async def send(self, session_id: str, command: Command) -> int:
        """Store a command and queue it."""
        async with self._using(session_id) as session:
            return await session.send(command)

    async def ask(self, session_id: str, question: Question) -> Answer:
        """Answer a question."""
        async with self._using(session_id) as session:
            return await session.ask(question)

    async def snapshot(self, session_id: str) -> None:
        """Store everything that the session needs to go on from here."""
        async with self._using(session_id) as session:
            await session.snapshot()

    async def events(self, session_id: str, after: int) -> AsyncIterator[LoggedEvent]:
        """Every event after a sequence, then each new one."""
        session = await self._find(session_id)
        if session.readers >= self._settings.max_event_readers:
            raise Busy(
                f"{session.readers} readers follow this session; "
                f"{self._settings.max_event_readers} are allowed."
            )
        session.readers += 1
        try:
            if session.has_work:
                # A run was under way when the server stopped: someone wants to see it go on.
                async with self._using(session_id):
                    pass
            while not session.log.is_closed:
                for logged in session.log.after(after):
                    after = logged.sequence
                    yield logged
                await session.log.wait(after)
        finally:
            session.readers -= 1
            session.last_used = asyncio.get_running_loop().time()

    async def record(
        self, spec: ExperimentSpec, values: ValuesForm | None, *, forward_only: bool = False
    ) -> Answer:
        """Record one iteration in a process of its own."""
        task = RecordOnce(spec=spec.model_dump_json(), values=values, forward_only=forward_only)
        self._check_running()
        try:
            async with asyncio.timeout(self._settings.request_timeout_seconds):
                await self._recordings.acquire()
        except TimeoutError:
            raise Busy("Too many recordings wait already; try again.") from None
        try:
            process = await self._launcher.launch(spec.device)
            try:
                return await self._record(process, task)
            finally:
                process.kill("it has done its work")
                ending = asyncio.create_task(process.end())
                self._endings.add(ending)
                ending.add_done_callback(self._endings.discard)
        finally:
            self._recordings.release()

    async def _record(self, process: SessionProcess, task: RecordOnce) -> Answer:
        process.post(task)
        allowed = self._settings.request_timeout_seconds
        try:
            async with asyncio.timeout(allowed):
                answered, attachment = await process.receive_first(Answered)
        except TimeoutError:
            message = f"The recording was not done after {allowed:g} s and was stopped."
            raise SessionUnavailable(message) from None
        except WireClosed:
            raise SessionUnavailable(f"Nothing was recorded: {await process.end()}.") from None
        return Answer(attachment[: answered.payload_length], attachment[answered.payload_length :])

    # Which sessions are in memory, and which of them have a process

    async def _find(self, session_id: str) -> HostedSession:
        self._check_running()
        async with self._loading:
            session = self._sessions.get(session_id)
            if session is None:
                stored = await self._store.call(self._store.store.load, session_id)
                session = HostedSession(stored, self._store, self._launcher, self._settings)
                self._sessions[session_id] = session
            return session

    @asynccontextmanager
    async def _using(self, session_id: str) -> AsyncIterator[HostedSession]:
        """The session, with a process under way to it, and kept from eviction meanwhile."""
        session = await self._find(session_id)
        session.users += 1
        try:
            if session.is_leaving or not session.is_live:
                async with self._admission:
                    if not session.is_live:
                        await self._make_room()
                    await session.rouse()
            yield session
        finally:
            session.users -= 1
            session.last_used = asyncio.get_running_loop().time()

    def _check_running(self) -> None:
        if self._is_stopping:
            raise SessionUnavailable("The server is stopping.")

    async def _check_unused(self, session_id: str) -> None:
        if session_id in self._opening or await self._store.call(
            self._store.store.contains, session_id
        ):
            raise CommandRefused(f"There is a session {session_id} already.")

    async def _keep_in_store(self, session: HostedSession, spec: str) -> None:
        create = self._store.store.create
        await self._store.call(create, session.id, spec, sequence=session.reserved)
        await self._prune({session.id})

    async def _prune(self, fresh: set[str]) -> None:
        keep = fresh | self._sessions.keys()
        prune, allowed = self._store.store.prune, self._settings.max_stored_sessions
        await self._store.call(prune, keep, allowed=allowed)

    def _count_live(self) -> int:
        return len(self._opening) + sum(session.is_live for session in self._sessions.values())

    async def _make_room(self) -> None:
        """Evict until one more process fits.

        Raises:
            Busy: no session can be evicted.
        """
        refused: set[str] = set()
        while self._count_live() >= self._settings.max_sessions:
            idle = [
                session
                for session in self._sessions.values()
                if session.is_live and not session.is_busy and session.id not in refused
            ]
            if not idle:
                raise Busy(
                    f"{self._settings.max_sessions} sessions are at work at once; "
                    "no more are allowed. Try again later."
                )
            # Someone who looks at a session would notice; nobody else would.
            longest = min(idle, key=lambda session: (session.readers > 0, session.last_used))
            if not await self._evict(longest):
                refused.add(longest.id)

    async def _evict(self, session: HostedSession) -> bool:
        try:
            has_gone = await session.let_go()
        except GradtapeError as error:
            note(f"session {session.id} stays: {error}")
            return False
        if has_gone and not session.is_busy and not session.is_live and session.readers == 0:
            session.log.close()
            self._sessions.pop(session.id, None)
        return has_gone

    async def _look_after_sessions(self) -> None:
        settings = self._settings
        tick = min(TICK_SECONDS, settings.idle_seconds / 4, settings.request_timeout_seconds / 4)
        while True:
            await asyncio.sleep(tick)
            for session in list(self._sessions.values()):
                session.check_pulse()
                idle = asyncio.get_running_loop().time() - session.last_used
                if idle > settings.idle_seconds and not session.is_busy and not session.readers:
                    self._begin_eviction(session)

    def _begin_eviction(self, session: HostedSession) -> None:
        # Beside the round, not in it: a session that hangs over its last snapshot is found by it.
        if session.id not in self._evictions:
            eviction = asyncio.create_task(self._evict(session))
            self._evictions[session.id] = eviction
            eviction.add_done_callback(lambda _: self._evictions.pop(session.id))
