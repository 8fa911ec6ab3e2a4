"""Every exception of the program.

GradtapeError                  has code, message, path and details; becomes the one error shape
├── InvalidSpec                several problems at once, each with its path
├── InvalidValue               one problem of a spec
├── LimitExceeded              asked for more than limits.py allows
├── DeviceUnavailable          a device asked for by name that this machine lacks
├── DataUnavailable            images by a name that this machine has none under, or damaged ones
├── UnsupportedTorch           this torch lacks what recording rests on
├── RecordingFailed            the iteration itself raised: torch's own message
├── InvalidRecording           gradtape.record() used in a way that cannot be recorded
├── InvalidTapeFile            a file that is no tape, or not a whole one
├── UnknownSession             no such session, or it was deleted
├── UnknownIteration           that iteration was not recorded, or has been thinned out
├── UnknownTensor              no such tensor in this tape
├── InvalidSlice               a slice that does not fit the tensor
├── InvalidRequest             a request that cannot be read: its JSON, type, query or headers
├── BodyTooLarge               more bytes than a request may carry
├── UnsupportedMediaType       a body that is not declared as JSON
├── RequestRefused             asked under a host name, or from a page, that is not let in
├── UnknownFigure              no figure has this name
├── UnknownExport              nothing is exported as this kind
├── GraphvizUnavailable        a picture was asked for, and Graphviz is not there or failed
├── PageNotBuilt               the page's files are not in this installation
├── CommandRefused             a command that the session cannot carry out as it stands
├── SessionUnavailable         the session's process is gone and could not be replaced
├── AddressUnavailable         the server cannot listen where it was told to
├── RequestFailed              what a server answered to the client library
└── Busy                       too much at once; try again
"""

from typing import Any


class GradtapeError(Exception):
    """A failure that the user can be told about.

    Args:
        message: what was received, what is allowed, and where.
        path: the place in the input, as in `network.layers[3].out_features`.
        details: plain facts for programs, JSON-able.
    """

    code = "error"

    def __init__(self, message: str, *, path: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.details = details

    def to_dict(self) -> dict[str, Any]:
        """The one error shape, without its envelope: code, path, message, and the details."""
        return {"code": self.code, "path": self.path, "message": self.message, **self.details}


class InvalidSpec(GradtapeError):
    """A spec with one or more problems; the first one speaks for all, `errors` lists them."""

    code = "invalid_spec"

    def __init__(self, problems: list[GradtapeError]) -> None:
        first = problems[0]
        super().__init__(
            first.message, path=first.path, errors=[problem.to_dict() for problem in problems]
        )
        self.code = first.code
        self.problems = problems


class InvalidValue(GradtapeError):
    """One problem of a spec: an unknown name, a wrong type, a number out of range."""

    code = "invalid_value"

    def __init__(
        self, message: str, *, path: str, code: str = "invalid_value", **details: Any
    ) -> None:
        super().__init__(message, path=path, **details)
        self.code = code


class LimitExceeded(GradtapeError):
    """More was asked for than is allowed.

    Args:
        limit: its name in limits.py.
        asked: what was asked for.
        allowed: what the limit is.
    """

    code = "limit_exceeded"

    def __init__(
        self, message: str, *, limit: str, asked: float, allowed: float, path: str | None = None
    ) -> None:
        super().__init__(message, path=path, limit=limit, asked=asked, allowed=allowed)


class DeviceUnavailable(GradtapeError):
    """A device that this machine does not have."""

    code = "device_unavailable"


class DataUnavailable(GradtapeError):
    """Data that stands in files of this machine, which are not there or cannot be read."""

    code = "data_unavailable"


class UnsupportedTorch(GradtapeError):
    """A torch version without the private calls that recording rests on."""

    code = "unsupported_torch"


class RecordingFailed(GradtapeError):
    """The iteration raised while it ran; the message is torch's."""

    code = "recording_failed"


class InvalidRecording(GradtapeError):
    """The library was asked for a recording that cannot be: nested, empty, of no module."""

    code = "invalid_recording"


class InvalidTapeFile(GradtapeError):
    """A file that is no tape, is cut short, or does not fit together."""

    code = "invalid_tape_file"


class UnknownSession(GradtapeError):
    """No session has this id."""

    code = "unknown_session"


class UnknownIteration(GradtapeError):
    """This iteration has no tape."""

    code = "unknown_iteration"


class UnknownTensor(GradtapeError):
    """This tape or session has no such tensor."""

    code = "unknown_tensor"


class InvalidSlice(GradtapeError):
    """A slice or index that does not fit the tensor."""

    code = "invalid_slice"


class InvalidRequest(GradtapeError):
    """A request that cannot be read, or that asks for something with a wrong value.

    Args:
        code: what is wrong, where `invalid_request` is not precise enough.
    """

    code = "invalid_request"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        code: str = "invalid_request",
        **details: Any,
    ) -> None:
        super().__init__(message, path=path, **details)
        self.code = code


class BodyTooLarge(LimitExceeded):
    """A request body of more bytes than MAX_BODY_BYTES."""


class UnsupportedMediaType(GradtapeError):
    """A body whose Content-Type is missing or is not JSON."""

    code = "unsupported_media_type"


class RequestRefused(GradtapeError):
    """A request under a host name, or from a page, that is not let in."""

    code = "request_refused"


class UnknownFigure(GradtapeError):
    """No figure has this name."""

    code = "unknown_figure"


class UnknownExport(GradtapeError):
    """Nothing is exported as this kind."""

    code = "unknown_export"


class GraphvizUnavailable(GradtapeError):
    """A picture needs Graphviz's program, which is not on this machine or failed."""

    code = "graphviz_unavailable"


class PageNotBuilt(GradtapeError):
    """The built page, or the viewer that goes into a replay, is not in this installation."""

    code = "page_not_built"


class CommandRefused(GradtapeError):
    """A command that cannot be carried out as the session stands."""

    code = "command_refused"


class SessionUnavailable(GradtapeError):
    """The session's process is gone and could not be replaced."""

    code = "session_unavailable"


class AddressUnavailable(GradtapeError):
    """The server cannot listen at this address and port."""

    code = "address_unavailable"


class RequestFailed(GradtapeError):
    """A request of the client library that a server refused, or that none answered.

    Args:
        code: the server's code, or `unreachable`.
        status: the HTTP status; None if no server answered.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int | None = None,
        path: str | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message, path=path, **details)
        self.code = code
        self.status = status


class Busy(GradtapeError):
    """Too much at once; the same request may succeed a little later."""

    code = "busy"
