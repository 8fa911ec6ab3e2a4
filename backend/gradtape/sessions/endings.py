"""How a process ended, in words."""

import os
import signal

CRASHES = ("SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV")


def describe_wait_status(status: int) -> str:
    """A wait status, as in "the process was killed (SIGKILL)"."""
    return describe_return_code(os.waitstatus_to_exitcode(status))


def describe_return_code(code: int) -> str:
    """An exit code, or minus the signal that ended the process."""
    if code >= 0:
        return f"the process ended with status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    verb = (
        "crashed" if name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT") else "was killed"
    )
    return f"the process {verb} ({name})"
