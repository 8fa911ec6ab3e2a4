"""What the operator is told, in the server's log: standard error."""

import contextlib
import sys
import traceback


def note(text: str) -> None:
    """Write a line. That the log cannot be written, as on a full disk, ends no session."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"gradtape: {text}\n")


def note_defect(error: BaseException) -> None:
    """Write the trace of an error that nobody expected."""
    with contextlib.suppress(OSError):
        traceback.print_exception(error, file=sys.stderr)
