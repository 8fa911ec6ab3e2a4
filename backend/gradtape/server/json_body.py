"""Reading a request's JSON body: its declared type, then its text."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from gradtape.errors import InvalidRequest, UnsupportedMediaType
from gradtape.server.json_text import parse_json

# Larger bodies are parsed in a thread, so that other requests go on meanwhile.
_SMALL_BODY_BYTES = 64 * 1024


@dataclass(frozen=True)
class JsonBody:
    """A request's body: as it came, and parsed."""

    content: bytes
    value: Any


def _require_json_type(request: Request) -> None:
    declared = request.headers.get("content-type", "")
    media_type = declared.partition(";")[0].strip().lower()
    # Declared types only: a form from another site cannot declare JSON without being asked about.
    if media_type != "application/json" and not media_type.endswith("+json"):
        received = repr(declared[:80]) if declared else "none"
        raise UnsupportedMediaType(
            f"The body must be JSON with Content-Type: application/json; received {received}."
        )


async def read_json_body(request: Request) -> JsonBody:
    """The request's JSON body.

    Raises:
        UnsupportedMediaType: it is not declared as JSON.
        InvalidRequest: there is none, or it is not JSON.
        LimitExceeded: it is too long or too deep.
    """
    content = await request.body()
    if not content:
        raise InvalidRequest("A JSON body is missing.", code="missing")
    _require_json_type(request)
    if len(content) <= _SMALL_BODY_BYTES:
        return JsonBody(content, parse_json(content))
    return JsonBody(content, await run_in_threadpool(parse_json, content))


JsonBodyDependency = Annotated[JsonBody, Depends(read_json_body)]
