"""A real Gradtape server in a process of its own, for tests and measurements."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

START_SECONDS = 60.0  # a cold disk loads torch slowly


class ServerDidNotStart(AssertionError):
    """The process ended, or did not answer in time; the message carries what it printed."""


def find_free_port() -> int:
    """A TCP port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LiveServer:
    """`gradtape serve` on a free port with a data folder of its own; a context manager.

    Args:
        data_folder: where the server keeps its sessions; what it prints goes to `server.log`.
        command: how to call gradtape; by default the one that this Python has installed.
        environment: of its process; by default this one's.
    """

    def __init__(
        self,
        data_folder: Path,
        command: Sequence[str | Path] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = find_free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.data_folder = data_folder
        self.log_path = data_folder / "server.log"
        self.seconds_to_first_answer = 0.0
        self._command = list(command or (Path(sys.executable).with_name("gradtape"),))
        self._environment = dict(os.environ if environment is None else environment)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        started = time.perf_counter()
        arguments = [*self._command, "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log_path.open("wb") as log:
            # A group of its own: whatever the server started ends with it.
            self._process = subprocess.Popen(
                arguments,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**self._environment, "GRADTAPE_DATA": str(self.data_folder)},
                cwd=self.data_folder,
            )
        self._wait_for_health(started + START_SECONDS)
        self.seconds_to_first_answer = time.perf_counter() - started
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        process = self.process
        if process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill(self) -> None:
        """End the server and every process below it as a power cut would; `with` starts it anew."""
        for pid in self.process_ids():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server's own process."""
        assert self._process is not None, "the server was not started"
        return self._process

    @property
    def log(self) -> str:
        """What the server has printed so far."""
        return self.log_path.read_text(errors="replace")

    def client(self, timeout_seconds: float = 30.0) -> httpx.Client:
        """A client whose paths are below /api/v1."""
        return httpx.Client(base_url=f"{self.origin}/api/v1", timeout=timeout_seconds)

    def process_ids(self) -> list[int]:
        """The server's process and every process below it."""
        children: dict[int, list[int]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            pid, parent = _pid_and_parent(status)
            children.setdefault(parent, []).append(pid)
        found, unvisited = [], [self.process.pid]
        while unvisited:
            pid = unvisited.pop()
            found.append(pid)
            unvisited.extend(children.get(pid, ()))
        return found

    def _wait_for_health(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            if self.process.poll() is not None:
                raise ServerDidNotStart(f"exit {self.process.returncode}:\n{self.log}")
            try:
                httpx.get(f"{self.origin}/api/v1/health", timeout=5).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return
        self.__exit__(None, None, None)
        raise ServerDidNotStart(f"no answer within {START_SECONDS:.0f} s:\n{self.log}")


def _pid_and_parent(status: Path) -> tuple[int, int]:
    try:
        text = status.read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended while we were looking
        return -1, -1
    # "12 (name with ) and spaces) S 1 …": fields are counted from the last parenthesis.
    return int(status.parent.name), int(text.rpartition(")")[2].split()[1])
