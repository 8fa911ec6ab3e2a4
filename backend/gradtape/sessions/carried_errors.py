"""Errors on their way from a session's process to the server: the same class on both sides."""

from typing import Any

from gradtape import errors
from gradtape.errors import GradtapeError, RecordingFailed
from gradtape.sessions.server_log import note_defect


def as_gradtape_error(error: Exception) -> GradtapeError:
    """The error itself, or for one of torch's its type and message; the trace goes to stderr."""
    if isinstance(error, GradtapeError):
        return error
    note_defect(error)
    return RecordingFailed(f"{type(error).__name__}: {error}", exception=type(error).__name__)


def pack_error(error: GradtapeError) -> dict[str, Any]:
    """Plain data from which `unpack_error` makes an equal error."""
    return {"class": type(error).__name__, **error.to_dict()}


def unpack_error(packed: dict[str, Any]) -> GradtapeError:
    """The error that was packed; of the nearest class if this side does not know its own."""
    details = dict(packed)
    kind = getattr(errors, details.pop("class", "InvalidValue"), GradtapeError)
    code, path, message = details.pop("code"), details.pop("path"), details.pop("message")
    # The subclasses' __init__ take what they make the message of; that is done already.
    error = kind.__new__(kind)
    GradtapeError.__init__(error, message, path=path, **details)
    error.code = code
    if isinstance(error, errors.InvalidSpec):
        error.problems = [unpack_error(problem) for problem in details["errors"]]
    return error
