"""Where sessions' processes come from: forked where that is safe, else started afresh."""

import asyncio
import os
import socket
import subprocess
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from gradtape.errors import SessionUnavailable
from gradtape.sessions.environment import clean_environment
from gradtape.sessions.protocol import Describe, Described
from gradtape.sessions.server_log import note
from gradtape.sessions.session_process import SessionProcess, SpawnedBody
from gradtape.sessions.wire import ParentWire, WireClosed
from gradtape.sessions.zygote_client import ZygoteProcess

# Without one of these no accelerator can be used; with one, only torch knows.
ACCELERATOR_NODES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")


class Launcher:
    """Launches processes for sessions.

    A device other than the CPU cannot be used in a fork of the zygote, which has none in sight;
    such a session gets a process started afresh: seconds instead of milliseconds.

    Args:
        can_fork: False has every process started afresh.
        images: the operator's folder of image sets.
    """

    def __init__(
        self, *, can_fork: bool = sys.platform == "linux", images: Path | None = None
    ) -> None:
        self._can_fork = can_fork
        self._images = images
        self._zygote: ZygoteProcess | None = None
        self._described: asyncio.Task[Described] | None = None

    def start(self) -> None:
        """Begin to warm up; nothing waits for it."""
        if self._can_fork:
            self._zygote = ZygoteProcess(self._images)
        if not self._can_fork or may_have_accelerator():
            self._described = asyncio.create_task(self._describe_afresh())

    async def stop(self) -> None:
        """End the zygote."""
        if self._described is not None:
            self._described.cancel()
            await asyncio.gather(self._described, return_exceptions=True)
        if self._zygote is not None:
            await self._zygote.stop()

    @property
    def zygote_pid(self) -> int | None:
        """Process id of the zygote, if there is one now."""
        zygote = self._zygote
        return None if zygote is None or zygote.is_gone else zygote.pid

    async def describe(self) -> Described:
        """What sessions compute with.

        Raises:
            SessionUnavailable: no process could be started.
        """
        if self._described is not None:
            return await asyncio.shield(self._described)
        # Nothing but the CPU: no need to wait for torch itself to say so.
        return Described(torch=installed_version("torch"), device="cpu")

    async def launch(self, device: str) -> SessionProcess:
        """A new process that waits for its first message.

        Args:
            device: as the spec names it.
        Raises:
            SessionUnavailable: none could be started.
        """
        if await self._must_start_afresh(device):
            return await self._spawn()
        return await self._fork()

    async def _must_start_afresh(self, device: str) -> bool:
        if not self._can_fork:
            return True
        if device == "cpu" or self._described is None:
            return False
        return device != "auto" or (await self.describe()).device != "cpu"

    def _warm_zygote(self) -> ZygoteProcess:
        if self._zygote is None or self._zygote.is_gone:
            self._zygote = ZygoteProcess(self._images)
        return self._zygote

    async def _fork(self) -> SessionProcess:
        zygote = self._warm_zygote()
        threads = await zygote.wait_until_warm()
        if threads != 1:
            # A library has started threads: children could hang on locks that nobody releases.
            note(f"the zygote has {threads} threads; sessions start without it")
            self._can_fork = False
            self._described = self._described or asyncio.create_task(self._describe_afresh())
            await zygote.stop()
            return await self._spawn()
        ours, theirs = socket.socketpair()
        try:
            body = await zygote.fork(theirs)
            return SessionProcess(body, await ParentWire.over(ours))
        except BaseException:
            # Failed or cancelled: a child that was forked nevertheless ends with this.
            ours.close()
            raise

    async def _spawn(self) -> SessionProcess:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-P", "-m", "gradtape.sessions.child", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env=clean_environment(hide_accelerators=False, images=self._images),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        body = SpawnedBody(process)
        try:
            return SessionProcess(body, await ParentWire.over(ours))
        except BaseException:
            ours.close()
            body.kill()
            process.wait()
            raise

    async def _describe_afresh(self) -> Described:
        process = await self._spawn()
        try:
            process.post(Describe())
            described, _ = await process.receive_first(Described)
        except WireClosed:
            ending = await process.end()
            raise SessionUnavailable(f"torch could not be started: {ending}.") from None
        finally:
            process.kill("it has said what it knows")
            await process.end()
        return described


def may_have_accelerator() -> bool:
    """Whether this machine has something that torch might compute on besides the CPU."""
    return sys.platform != "linux" or any(os.path.exists(node) for node in ACCELERATOR_NODES)
