"""JSON text to a value: its depth and its text are checked before anything is built from it."""

import json
import re
from typing import Any

import numpy as np

from gradtape import limits
from gradtape.errors import InvalidRequest, LimitExceeded

# Strings in JSON text. Possessive, and an unclosed one runs to the end: linear on any input.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENING = np.frombuffer(b"[{", dtype=np.uint8)


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
