"""Reading a JSON body: its declared type, its depth, and its text, before anything is built."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from gradtape import limits
from gradtape.errors import InvalidRequest, LimitExceeded, UnsupportedMediaType

# Strings in JSON text. Possessive, and an unclosed one runs to the end: linear on any input.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENING = np.frombuffer(b"[{", dtype=np.uint8)

# Larger bodies are parsed in a thread, so that other requests go on meanwhile.
_SMALL_BODY_BYTES = 64 * 1024


@dataclass(frozen=True)
class JsonBody:
    """A request's body: as it came, and parsed."""

    content: bytes
    value: Any


def nesting_depth(content: bytes) -> int:
    """How deep lists and objects nest in JSON text, counted without parsing or recursion."""
    brackets = _STRING.sub(b"", content).translate(None, delete=_NOT_BRACKETS)
    if not brackets:
        return 0
    opens = np.isin(np.frombuffer(brackets, dtype=np.uint8), _OPENING)
    return max(0, int(np.where(opens, 1, -1).cumsum().max()))


def _refuse_deep(content: bytes) -> None:
    depth = nesting_depth(content)
    if depth > limits.MAX_JSON_DEPTH:
        raise LimitExceeded(
            f"The body nests {depth:,} levels deep; {limits.MAX_JSON_DEPTH} are allowed.",
            limit="MAX_JSON_DEPTH",
            asked=depth,
            allowed=limits.MAX_JSON_DEPTH,
        )


def _refuse_lone_surrogates(content: bytes, value: Any) -> None:
    if b"\\ud" not in content.lower():
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidRequest(
            "The body has text that is not Unicode: half of a surrogate pair.",
            code="malformed_json",
        ) from None


def parse_json(content: bytes) -> Any:
    """The value of JSON text; `NaN` and `Infinity` pass, so that the spec can name their place.

    Raises:
        LimitExceeded: nested deeper than MAX_JSON_DEPTH.
        InvalidRequest: not JSON; with line and column.
    """
    _refuse_deep(content)
    try:
        value = json.loads(content)
    except json.JSONDecodeError as failure:
        place = f"line {failure.lineno}, column {failure.colno}"
        raise InvalidRequest(
            f"The body is not JSON: {failure.msg} at {place}.", code="malformed_json"
        ) from None
    except ValueError as failure:  # not UTF-8, or an integer of thousands of digits
        raise InvalidRequest(f"The body is not JSON: {failure}.", code="malformed_json") from None
    _refuse_lone_surrogates(content, value)
    return value


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
