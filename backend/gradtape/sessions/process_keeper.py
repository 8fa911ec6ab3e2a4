"""Keeps one process alive for a session: brings it up, hears it out, replaces it when it ends."""

import asyncio
from typing import Protocol

from gradtape.errors import GradtapeError, SessionUnavailable
from gradtape.sessions.launcher import Launcher
from gradtape.sessions.protocol import Begin, FromChild, Leave, Opened
from gradtape.sessions.server_log import note_defect
from gradtape.sessions.session_process import SessionProcess
from gradtape.sessions.waiting import fail, settle
from gradtape.sessions.wire import WireClosed

MAX_FAILED_STARTS = 3  # in a row, before the session counts as failed
SHORT_LIFE_SECONDS = 1.0  # an idle process that ends sooner counts as a failed start
LEAVE_SECONDS = 2.0  # for a process to end by itself


class Owner(Protocol):
    """The session that a process is kept for."""

    @property
    def device(self) -> str:
        """The device that its spec names."""
        ...

    @property
    def waiting(self) -> int:
        """Commands still to be carried out."""
        ...

    async def prepare(self) -> tuple[Begin, bytes]:
        """What a new process is told first, with the snapshot."""
        ...

    def welcome(self, process: SessionProcess, opened: Opened, reason: str | None) -> None:
        """A process stands; `reason` is how the one before it ended."""
        ...

    async def take(self, process: SessionProcess, message: FromChild, attachment: bytes) -> None:
        """The process says something."""
        ...

    def lose(self) -> None:
        """The process is gone, and will be replaced."""
        ...

    async def note_death(self, reason: str) -> None:
        """How it ended is known."""
        ...

    def give_up(self, error: GradtapeError) -> None:
        """There will be no process."""
        ...


class ProcessKeeper:
    """One process after the other for one session.

    Args:
        owner: the session.
        launcher: where processes come from.
        begin_seconds: a process may take to stand.
    """

    def __init__(self, owner: Owner, launcher: Launcher, *, begin_seconds: float) -> None:
        self._owner = owner
        self._launcher = launcher
        self._begin_seconds = begin_seconds
        self._task: asyncio.Task[None] | None = None
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.process: SessionProcess | None = None
        self.is_leaving = False

    @property
    def is_live(self) -> bool:
        """Whether there is a process, or one is on its way."""
        return self._task is not None and not self._task.done()

    async def rouse(self) -> None:
        """Have a process brought up, if there is none."""
        while self.is_leaving and self._task is not None and not self._task.done():
            await asyncio.wait({self._task})
        if not self.is_live:
            self.is_leaving = False
            self._renew_up()
            self._task = asyncio.create_task(self._keep())

    async def wait_until_up(self) -> SessionProcess:
        """The process, once it stands.

        Raises:
            GradtapeError: why there will be none.
        """
        await asyncio.shield(self._up)
        if self.process is None:
            raise SessionUnavailable("The session's process has just ended; it is being replaced.")
        return self.process

    async def end(self, *, why: str | None = None) -> None:
        """End the process and replace it no more.

        Args:
            why: kill it at once, for this reason; else it may finish what it is at.
        """
        self.is_leaving = True
        if self._task is None:
            return
        if self.process is None:
            # Under construction; that may take longer than anyone wants to wait.
            self._task.cancel()
        elif why is not None:
            self.process.kill(why)
        else:
            self.process.post(Leave())
        _, late = await asyncio.wait({self._task}, timeout=LEAVE_SECONDS)
        if late and self.process is not None:
            self.process.kill("the process did not leave")
        await asyncio.wait({self._task})
        fail(self._up, SessionUnavailable("The session has ended."))

    async def _keep(self) -> None:
        try:
            await self._keep_alive()
        except GradtapeError as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001  a bug must not leave requests waiting for ever
            note_defect(error)
            self._give_up(SessionUnavailable("The session failed; the server's log says why."))

    def _give_up(self, error: GradtapeError) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill("the session failed")
        fail(self._up, error)
        self._owner.give_up(error)

    async def _keep_alive(self) -> None:
        failures, reason = 0, None
        while not self.is_leaving:
            try:
                process, opened = await self._bring_up()
            except SessionUnavailable:
                failures += 1
                if failures >= MAX_FAILED_STARTS:
                    raise
                continue
            self.process = process
            self._owner.welcome(process, opened, reason)
            settle(self._up, None)
            is_idle, began = not self._owner.waiting, asyncio.get_running_loop().time()
            reason = await self._listen(process)
            if self.is_leaving:
                return
            is_short = asyncio.get_running_loop().time() - began < SHORT_LIFE_SECONDS
            failures = failures + 1 if is_idle and is_short else 0
            if failures >= MAX_FAILED_STARTS:
                raise SessionUnavailable(f"The session keeps ending: {reason}.")
            await self._owner.note_death(reason)

    async def _bring_up(self) -> tuple[SessionProcess, Opened]:
        process = await self._launcher.launch(self._owner.device)
        try:
            async with asyncio.timeout(self._begin_seconds):
                process.post(*await self._owner.prepare())
                opened, _ = await process.receive_first(Opened)
                return process, opened
        except (WireClosed, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                process.kill("the process took too long and was killed")
            ending = await process.end()
            raise SessionUnavailable(f"The session could not be built: {ending}.") from error
        except BaseException:
            process.kill("the session was not built")
            await process.end()
            raise

    async def _listen(self, process: SessionProcess) -> str:
        """Take what the process says until its end; how it ended."""
        while True:
            try:
                message, attachment = await process.receive()
            except WireClosed:
                self.process = None
                if not self.is_leaving:
                    self._renew_up()
                    self._owner.lose()
                return await process.end()
            await self._owner.take(process, message, attachment)

    def _renew_up(self) -> None:
        if self._up.done():
            self._up = asyncio.get_running_loop().create_future()
