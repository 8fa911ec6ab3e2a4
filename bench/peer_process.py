"""The peer's process, seen from here."""

import json
import os
import select
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, Self

PEER_PYTHON = Path(".venv-bench/bin/python")
LONGEST_SECONDS = 60.0  # one trace that takes longer is given up and reported so


class PeerFailed(Exception):
    """The peer raised or took too long; the message says which."""


class PeerProcess:
    """Asks the peer for one measurement at a time; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [PEER_PYTHON, "-m", "bench.peer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe(self._process.stdin).close()
        self._pipe(self._process.stdout).close()

    def milliseconds(self, workload: str) -> float:
        """One trace with its backward pass.

        Raises:
            PeerFailed: it raised, took longer than LONGEST_SECONDS, or its process ended.
        """
        questions, answers = self._pipe(self._process.stdin), self._pipe(self._process.stdout)
        questions.write(workload + "\n")
        questions.flush()
        ready, _, _ = select.select([answers], [], [], LONGEST_SECONDS)
        if not ready:
            raise PeerFailed(f"over {LONGEST_SECONDS:.0f} s")
        line = answers.readline()
        if not line:
            raise PeerFailed("its process ended")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerFailed(answer["error"])
        return answer["milliseconds"]

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None, "the peer was started with pipes"
        return pipe
