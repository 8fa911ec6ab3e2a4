"""One process of a session as the server sees it: its wire, its pulse, its end."""

import asyncio
import subprocess
from typing import Protocol, TypeVar

from gradtape.sessions.carried_errors import unpack_error
from gradtape.sessions.endings import describe_return_code
from gradtape.sessions.protocol import Answered, Described, FromChild, Opened, Refused, ToChild
from gradtape.sessions.wire import ParentWire, WireBroken, WireClosed

END_SECONDS = 2.0  # for a process to end once its wire is closed
Message = TypeVar("Message", Answered, Described, Opened)

POLL_SECONDS = 0.01  # between two looks at a spawned process that is about to end


class Body(Protocol):
    """The operating system's side of a process."""

    pid: int

    def kill(self) -> None:
        """Send SIGKILL, unless it has ended."""
        ...

    async def wait(self) -> str:
        """Wait for its end; how it ended, in words. It leaves no zombie."""
        ...


class SpawnedBody:
    """A process started by this one."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def kill(self) -> None:
        """Send SIGKILL, unless it has ended."""
        self._process.kill()

    async def wait(self) -> str:
        """Wait for its end; how it ended, in words."""
        while (code := self._process.poll()) is None:
            await asyncio.sleep(POLL_SECONDS)
        return describe_return_code(code)


class SessionProcess:
    """A session's process with its wire.

    Args:
        body: the process.
        wire: to it.
    """

    def __init__(self, body: Body, wire: ParentWire) -> None:
        self._body = body
        self._wire = wire
        self._why_killed: str | None = None
        self._ended: asyncio.Task[str] | None = None
        self._owes = 0
        self._heard_at = asyncio.get_running_loop().time()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._body.pid

    def post(self, message: ToChild, attachment: bytes = b"") -> None:
        """Send a message that needs no answer."""
        self._wire.post(message, attachment)

    def post_owing(self, message: ToChild, attachment: bytes = b"") -> None:
        """Send a message that the process has to react to sooner or later."""
        if self._owes == 0:
            self._heard_at = asyncio.get_running_loop().time()
        self._owes += 1
        self._wire.post(message, attachment)

    def settle(self) -> None:
        """The process has done what one such message asked for."""
        self._owes -= 1

    @property
    def silent_seconds(self) -> float:
        """For how long it has owed something without giving a sign of life."""
        if self._owes == 0:
            return 0.0
        return asyncio.get_running_loop().time() - self._heard_at

    async def receive(self) -> tuple[FromChild, bytes]:
        """Its next message.

        Raises:
            WireClosed: it is gone.
        """
        try:
            received = await self._wire.receive()
        except WireBroken as error:
            self.kill(f"the process sent something unreadable: {error}")
            raise WireClosed from error
        self._heard_at = asyncio.get_running_loop().time()
        return received

    async def receive_first(self, kind: type[Message]) -> tuple[Message, bytes]:
        """Its first message: of this kind, or an error.

        Raises:
            GradtapeError: what was asked of it failed.
            WireClosed: it is gone.
        """
        message, attachment = await self.receive()
        if isinstance(message, Refused):
            raise unpack_error(message.error)
        if not isinstance(message, kind):
            self.kill(f"the process began with {message.kind}")
            raise WireClosed
        return message, attachment

    @property
    def is_killed(self) -> bool:
        """Whether it has been told to end at once; its end may not have been noticed yet."""
        return self._why_killed is not None

    def kill(self, why: str) -> None:
        """End it at once; `why` stands for how it ended."""
        self._why_killed = self._why_killed or why
        self._body.kill()

    async def end(self) -> str:
        """Wait for the end and close the wire; how it ended, in words."""
        if self._ended is None:
            self._ended = asyncio.create_task(self._end())
        return await asyncio.shield(self._ended)

    async def _end(self) -> str:
        try:
            async with asyncio.timeout(END_SECONDS):
                ending = await self._body.wait()
        except TimeoutError:
            # Its socket is closed, or nobody wants it any more: it must not linger.
            self.kill("the process did not end")
            ending = await self._body.wait()
        await self._wire.close()
        return self._why_killed or ending
