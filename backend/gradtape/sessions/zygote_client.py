"""The zygote as the server sees it: started when needed, asked for forks, told of their ends."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradtape.errors import SessionUnavailable
from gradtape.sessions.endings import describe_return_code, describe_wait_status
from gradtape.sessions.environment import clean_environment
from gradtape.sessions.waiting import fail, settle

MAX_PACKET_BYTES = 4_096
WARM_UP_SECONDS = 180.0  # takes 5 on an idle machine; a cold disk and a busy one take their time
FORK_SECONDS = 10.0  # takes 10 ms; more means that the zygote hangs
END_SECONDS = 2.0  # to end once its control socket is closed


@dataclass
class ForkedBody:
    """A process that the zygote forked; only the zygote may signal it, as its parent."""

    pid: int
    zygote: "ZygoteProcess"
    ended: asyncio.Future[str] = field(repr=False)

    def kill(self) -> None:
        """Send SIGKILL, unless it has ended."""
        self.zygote.kill_child(self.pid)

    async def wait(self) -> str:
        """Wait for its end; how it ended, in words."""
        return await asyncio.shield(self.ended)


class ZygoteProcess:
    """One zygote, from its start to its end.

    Its children end with it: the kernel sees to that.

    Args:
        images: the operator's folder of image sets.
    """

    def __init__(self, images: Path | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-P", "-m", "gradtape.sessions.zygote", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env=clean_environment(hide_accelerators=True, images=images),
                pass_fds=(theirs.fileno(),),
                # Not in the terminal's group: Ctrl-C is for the server alone.
                start_new_session=True,
            )
        self._warm: asyncio.Future[int] = self._loop.create_future()
        self.is_gone = False
        self._forks: dict[int, asyncio.Future[int]] = {}
        self._fork_count = 0
        self._children: dict[int, asyncio.Future[str]] = {}
        self._loop.add_reader(self._control, self._take_packets)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def fork(self, connection: socket.socket) -> ForkedBody:
        """A new child that serves this end of a socket pair, which is closed here.

        Raises:
            SessionUnavailable: it could not fork; then perhaps it is gone.
        """
        with connection:
            await self.wait_until_warm()
            self._fork_count += 1
            number = self._fork_count
            forked = self._forks[number] = self._loop.create_future()
            self._send({"fork": number}, connection)
        try:
            async with asyncio.timeout(FORK_SECONDS):
                pid = await forked
        except TimeoutError as error:
            self.kill()
            raise SessionUnavailable("The zygote hung and was killed.") from error
        return ForkedBody(pid, self, self._children[pid])

    async def wait_until_warm(self) -> int:
        """Wait until it can fork; how many threads it has.

        Raises:
            SessionUnavailable: it ended before.
        """
        try:
            async with asyncio.timeout(WARM_UP_SECONDS):
                return await asyncio.shield(self._warm)
        except TimeoutError as error:
            self.kill()
            message = f"The zygote was not ready after {WARM_UP_SECONDS:g} seconds."
            raise SessionUnavailable(message) from error

    def kill_child(self, pid: int) -> None:
        """Send SIGKILL to a child that has not ended."""
        if pid in self._children and not self.is_gone:
            self._send({"kill": pid})

    def kill(self) -> None:
        """End it and with it all its children."""
        self._process.send_signal(signal.SIGKILL)

    async def stop(self) -> None:
        """Have it end, and wait for that."""
        self._lose("the server stopped")
        for _ in range(int(END_SECONDS / 0.01)):
            if self._process.poll() is not None:
                return
            await asyncio.sleep(0.01)
        self._process.kill()
        self._process.wait()

    def _send(self, request: dict[str, Any], connection: socket.socket | None = None) -> None:
        descriptors = [] if connection is None else [connection.fileno()]
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            # Gone, or stopped for so long that its queue is full: of no use either way.
            self.kill()
            self._process.wait()
            self._lose(f"the zygote took no request: {error}")

    def _take_packets(self) -> None:
        while not self.is_gone:
            try:
                packet = self._control.recv(MAX_PACKET_BYTES)
            except BlockingIOError:
                return
            except ConnectionError:
                packet = b""
            if not packet:
                self._process.wait()
                ending = describe_return_code(self._process.returncode)
                self._lose(f"the zygote is gone: {ending}")
                return
            self._take(json.loads(packet))

    def _take(self, fact: dict[str, Any]) -> None:
        if "ready" in fact:
            self._warm.set_result(fact["ready"])
        elif "forked" in fact:
            self._children[fact["pid"]] = self._loop.create_future()
            settle(self._forks.pop(fact["forked"]), fact["pid"])
        elif "not_forked" in fact:
            error = SessionUnavailable(f"No process could be forked: {fact['message']}.")
            fail(self._forks.pop(fact["not_forked"]), error)
        else:
            settle(self._children.pop(fact["exited"]), describe_wait_status(fact["status"]))

    def _lose(self, why: str) -> None:
        if self.is_gone:
            return
        self.is_gone = True
        self._loop.remove_reader(self._control)
        self._control.close()
        error = SessionUnavailable(f"No session can be started: {why}.")
        for waiting in (self._warm, *self._forks.values()):
            fail(waiting, error)
        for ended in self._children.values():
            settle(ended, "the process was killed (SIGKILL)")
        self._forks.clear()
        self._children.clear()
