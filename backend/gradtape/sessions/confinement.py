"""What a session's process gives up before it sees anything of the user's."""

import ctypes
import os
import resource
import signal
import sys

from gradtape import limits

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
OOM_SCORE_PATH = "/proc/self/oom_score_adj"
OOM_SCORE = 500  # of 1000: before the server, after what asks to go first


def confine_process(*, limit_memory: bool, parent: int | None = None) -> None:
    """Drop what a session does not need; nothing of it can be taken back.

    Args:
        limit_memory: cap the address space. Not for CUDA, which reserves far more than it uses.
        parent: be killed when this forking process ends, even inside a torch op.
    """
    # A terminal's Ctrl-C is for the server, which then takes snapshots.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limit_memory:
        _lower_limit(resource.RLIMIT_AS, limits.PROCESS_MEMORY_BYTES)
    if sys.platform == "linux":
        _control_process(PR_SET_NO_NEW_PRIVS, 1)
        if parent is not None:
            _end_with(parent)
        _offer_to_out_of_memory_killer()


def _lower_limit(which: int, allowed: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY or hard > allowed:
        resource.setrlimit(which, (allowed, allowed))


def _end_with(parent: int) -> None:
    _control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It ended before the line above could ask to be told.
        os.kill(os.getpid(), signal.SIGKILL)


def _control_process(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value}) failed")


def _offer_to_out_of_memory_killer() -> None:
    """A session can be brought back, the server cannot: if memory runs out, this one goes first."""
    # Some containers have no writable /proc: the kernel then chooses by size alone.
    if os.access(OOM_SCORE_PATH, os.W_OK):
        with open(OOM_SCORE_PATH, "w") as file:
            file.write(str(OOM_SCORE))
