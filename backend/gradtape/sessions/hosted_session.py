"""One session in the server: its story, its commands, and the process kept alive for it."""

import asyncio

from gradtape.errors import Busy, GradtapeError, SessionUnavailable
from gradtape.sessions.carried_errors import unpack_error
from gradtape.sessions.command_book import CommandBook
from gradtape.sessions.event_log import EventLog
from gradtape.sessions.host_settings import HostSettings
from gradtape.sessions.launcher import Launcher
from gradtape.sessions.messages import (
    AcceptedEvent,
    Command,
    FailedEvent,
    RestoredEvent,
    SessionPhase,
    SessionState,
)
from gradtape.sessions.pending_questions import PendingQuestions
from gradtape.sessions.process_keeper import ProcessKeeper
from gradtape.sessions.protocol import (
    Answered,
    Began,
    Begin,
    Described,
    Done,
    FromChild,
    Opened,
    Refused,
    SnapshotFailed,
    SnapshotStored,
    SnapshotTaken,
    TakeSnapshot,
    Told,
)
from gradtape.sessions.questions import Answer, Question
from gradtape.sessions.server_log import note
from gradtape.sessions.session_process import SessionProcess
from gradtape.sessions.session_shelf import SessionShelf
from gradtape.sessions.session_story import SessionStory
from gradtape.sessions.waiting import fail, settle
from gradtape.spec import ExperimentSpec
from gradtape.store.session_store import StoredSession
from gradtape.store.store_thread import StoreThread

SILENT_SHARE = 0.95  # of the allowed time: timers are not exact


class HostedSession:
    """Keeps a session going over any number of processes.

    Args:
        stored: how it stood when it was last stored.
        store: where its commands and snapshots go.
        launcher: where its processes come from.
        settings: caps and times.
    """

    def __init__(
        self, stored: StoredSession, store: StoreThread, launcher: Launcher, settings: HostSettings
    ) -> None:
        self.id = stored.id
        self.readers = 0
        self.users = 0
        self.last_used = asyncio.get_running_loop().time()
        self._spec_json = stored.spec
        self._spec = ExperimentSpec.model_validate_json(stored.spec)
        self._settings = settings
        self._shelf = SessionShelf(stored.id, store, reserved=stored.sequence)
        log = EventLog(last=stored.sequence, max_events=settings.max_logged_events)
        self._story = SessionStory(stored.id, self._spec, log, self._shelf)
        self._book = CommandBook(stored.commands, covers=stored.covers)
        self._questions = PendingQuestions()
        self._snapshot_waiters: list[asyncio.Future[None]] = []
        self._snapshot_trouble = False
        self._sending = asyncio.Lock()
        self._keeper = ProcessKeeper(self, launcher, begin_seconds=settings.request_timeout_seconds)

    # How it stands

    @property
    def log(self) -> EventLog:
        """Its events."""
        return self._story.log

    @property
    def reserved(self) -> int:
        """What the store has to know as its highest sequence."""
        return self._shelf.reserved

    @property
    def is_live(self) -> bool:
        """Whether it has a process, or is about to get one."""
        return self._keeper.is_live

    @property
    def is_leaving(self) -> bool:
        """Whether its process has been told to end."""
        return self._keeper.is_leaving

    @property
    def is_known(self) -> bool:
        """Whether its state can be told without a process."""
        return self._story.is_known

    @property
    def is_busy(self) -> bool:
        """Whether its process is needed right now."""
        return self.users > 0 or self._book.waiting > 0 or len(self._questions) > 0

    @property
    def has_work(self) -> bool:
        """Whether there are commands that no snapshot holds."""
        return not self._book.is_empty

    @property
    def device(self) -> str:
        """The device that its spec names."""
        return self._spec.device

    @property
    def waiting(self) -> int:
        """Commands still to be carried out."""
        return self._book.waiting

    @property
    def process_id(self) -> int | None:
        """Of its process, while there is one."""
        return None if self._keeper.process is None else self._keeper.process.pid

    def state(self) -> SessionState:
        """What everyone may know of it."""
        return self._story.state(waiting=self._book.waiting)

    # What is asked of it

    async def rouse(self) -> None:
        """Have a process brought up, if there is none."""
        await self._keeper.rouse()

    async def wait_until_up(self) -> None:
        """Wait for the process.

        Raises:
            GradtapeError: why there will be none.
        """
        await self._keeper.wait_until_up()

    async def send(self, command: Command) -> int:
        """Store a command, tell everyone, pass it on; its event's sequence."""
        async with self._sending:
            self._check_room(command)
            number = self._book.take_number()
            await self._shelf.append_command(number, command)
            entry = self._book.add(number, command)
            sequence = self._story.publish(AcceptedEvent(command=command))
            if self._keeper.process is not None:
                self._keeper.process.post_owing(entry.to_message())
            return sequence

    async def ask(self, question: Question) -> Answer:
        """Have a question answered by the process, or by the next one if this one ends."""
        pending = self._questions.add(question)
        if self._keeper.process is not None:
            self._questions.post(pending, self._keeper.process)
        try:
            async with asyncio.timeout(self._settings.request_timeout_seconds):
                return await pending.answer
        except TimeoutError:
            raise self._overdue() from None
        finally:
            self._questions.drop(pending)

    async def snapshot(self) -> None:
        """Have a snapshot taken and stored.

        Raises:
            GradtapeError: why there is none.
        """
        process = await self._keeper.wait_until_up()
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._snapshot_waiters.append(waiter)
        process.post_owing(TakeSnapshot())
        await waiter

    def check_pulse(self) -> None:
        """Kill a process that owes something and gives no sign of life."""
        process = self._keeper.process
        # What has been asked since a process was killed is for the next one.
        if process is None or process.is_killed or not self._is_silent(process):
            return
        allowed = self._settings.request_timeout_seconds
        self._questions.fail_all(self._hung())
        process.kill(f"the process gave no sign of life for {allowed:g} s and was killed")

    # Its end

    async def let_go(self) -> bool:
        """Take a snapshot and end the process; False if something came in between.

        Raises:
            GradtapeError: no snapshot could be taken; the process lives on.
        """
        if self.is_live:
            await self.snapshot()
            if self.is_busy:
                return False
            await self._keeper.end()
        await self._shelf.close(self.log.last)
        return True

    async def shut(self, *, snapshot_seconds: float) -> None:
        """End for good: with a snapshot if there is one in time."""
        try:
            async with asyncio.timeout(snapshot_seconds):
                if self._keeper.process is not None:
                    await self.snapshot()
        except (TimeoutError, GradtapeError) as error:
            # The snapshot before and the commands since then lead to the same place.
            note(f"session {self.id} ends without a snapshot: {error}")
        await self._keeper.end()
        self.log.close()
        await self._shelf.close(self.log.last)

    async def destroy(self) -> None:
        """End at once; nothing is kept."""
        await self._keeper.end(why="the session was deleted")
        self._fail_waiting(SessionUnavailable("The session was deleted."))
        self.log.close()
        await self._shelf.close(self.log.last)

    # What its keeper tells it

    async def prepare(self) -> tuple[Begin, bytes]:
        """What a new process is told first, with the snapshot."""
        snapshot = await self._shelf.load_snapshot()
        begin = Begin(
            spec=self._spec_json,
            from_snapshot=snapshot is not None,
            snapshot_interval_seconds=self._settings.snapshot_interval_seconds,
        )
        return begin, snapshot.data if snapshot else b""

    def welcome(self, process: SessionProcess, opened: Opened, reason: str | None) -> None:
        """A process stands: from here on, with no await in between, it gets all that is asked."""
        self._story.take_opened(opened)
        lost, self._story.trained_since_snapshot = self._story.trained_since_snapshot, 0
        if reason is not None:
            self._story.publish(
                RestoredEvent(iteration=opened.iteration, lost_iterations=lost, reason=reason)
            )
        entries = self._book.begin_anew()
        self._tell_phase(SessionPhase.READY)
        for entry in entries:
            process.post_owing(entry.to_message())
        self._questions.post_all(process)

    def lose(self) -> None:
        """The process is gone, and will be replaced."""
        self._tell_phase(SessionPhase.RESTORING)

    async def note_death(self, reason: str) -> None:
        """How the process ended is known: what it ended over too often is dropped."""
        self._fail_snapshots(SessionUnavailable(f"No snapshot was taken: {reason}."))
        self._questions.note_death(reason)
        dropped = self._book.note_death()
        if dropped is None:
            return
        await self._shelf.drop_command(dropped.number)
        error = SessionUnavailable(
            f"{dropped.command.kind} was given up: the session's process ended over it again "
            f"and again; the last time, {reason}."
        )
        self._tell_phase(SessionPhase.FAILED)
        self._story.publish(FailedEvent(command=dropped.command.kind, error=error.to_dict()))

    def give_up(self, error: GradtapeError) -> None:
        """There will be no process."""
        self._tell_phase(SessionPhase.FAILED)
        self._story.publish(FailedEvent(command="restore", error=error.to_dict()))
        self._fail_waiting(error)

    # What a process says

    async def take(self, process: SessionProcess, message: FromChild, attachment: bytes) -> None:
        """The process says something."""
        match message:
            case Told():
                self._story.take_event(message.event, waiting=self._book.waiting)
            case Began():
                self._book.begin(message.number)
            case Done():
                process.settle()
                await self._take_done(message)
            case SnapshotTaken():
                await self._take_snapshot(message, attachment)
                process.post(SnapshotStored())
                if message.requested:
                    process.settle()
            case SnapshotFailed():
                self._tell_snapshot_trouble(
                    unpack_error(message.error), requested=message.requested
                )
                if message.requested:
                    process.settle()
            case Answered() | Refused():
                process.settle()
                self._questions.take(message, attachment)
            case Opened() | Described():
                raise AssertionError(f"{message.kind} comes only first")

    async def _take_done(self, done: Done) -> None:
        self._story.take_done(done)
        entry = self._book.finish(done)
        if entry is None:
            await self._shelf.drop_command(done.number)
        elif entry.until is not None:
            await self._shelf.finish_run(done.number, entry.until)

    async def _take_snapshot(self, taken: SnapshotTaken, data: bytes) -> None:
        try:
            await self._shelf.save_snapshot(taken, data)
        except SessionUnavailable as error:
            self._tell_snapshot_trouble(error, requested=taken.requested)
            return
        self._snapshot_trouble = False
        self._story.trained_since_snapshot = 0
        self._book.cover(taken)
        if taken.requested:
            for waiter in self._snapshot_waiters:
                settle(waiter, None)
            self._snapshot_waiters.clear()

    def _tell_snapshot_trouble(self, error: GradtapeError, *, requested: bool) -> None:
        # Who waits for a snapshot may get one yet, if this was one of the regular ones.
        if requested:
            self._fail_snapshots(error)
        # Once, not every second while the disk is full.
        if not self._snapshot_trouble and not self._keeper.is_leaving:
            self._story.publish(FailedEvent(command="snapshot", error=error.to_dict()))
        self._snapshot_trouble = True

    # Small steps

    def _check_room(self, command: Command) -> None:
        allowed = self._settings.max_queued_commands
        # A full queue is when a pause is needed most.
        if command.kind in ("pause", "reset"):
            allowed *= 2
        if self._book.waiting >= allowed:
            raise Busy(
                f"{self._book.waiting} commands of this session wait already; "
                f"{self._settings.max_queued_commands} are allowed."
            )

    def _is_silent(self, process: SessionProcess) -> bool:
        return process.silent_seconds > SILENT_SHARE * self._settings.request_timeout_seconds

    def _overdue(self) -> GradtapeError:
        allowed = self._settings.request_timeout_seconds
        if self._keeper.process is not None and not self._is_silent(self._keeper.process):
            return Busy(f"The session was at work on other things for {allowed:g} s; ask again.")
        self.check_pulse()
        return self._hung()

    def _hung(self) -> SessionUnavailable:
        allowed = self._settings.request_timeout_seconds
        return SessionUnavailable(
            f"The session gave no answer within {allowed:g} s; its process is being replaced."
        )

    def _tell_phase(self, phase: SessionPhase) -> None:
        self._story.tell_phase(phase, waiting=self._book.waiting)

    def _fail_waiting(self, error: GradtapeError) -> None:
        self._fail_snapshots(error)
        self._questions.fail_all(error)

    def _fail_snapshots(self, error: GradtapeError) -> None:
        for waiter in self._snapshot_waiters:
            fail(waiter, error)
        self._snapshot_waiters.clear()
