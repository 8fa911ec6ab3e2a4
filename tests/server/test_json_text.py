"""Depth and text of JSON bodies."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradtape import limits
from gradtape.errors import InvalidRequest, LimitExceeded
from gradtape.server.json_text import nesting_depth, parse_json

NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def depth_by_recursion(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_by_recursion(part) for part in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_by_recursion(part) for part in value), default=0)
    return 0


@given(NESTED)
def test_the_depth_of_text_is_the_depth_of_its_value(value: object) -> None:
    assert nesting_depth(json.dumps(value, ensure_ascii=False).encode()) == depth_by_recursion(
        value
    )


@given(NESTED)
def test_text_of_allowed_depth_is_parsed_as_the_standard_library_does(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value


def test_brackets_in_strings_are_not_depth() -> None:
    assert nesting_depth(rb'{"a[[[\"{{": "]]\\", "b": [1]}') == 2


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"[":'])
def test_ten_thousand_levels_are_refused_by_name(opening: bytes) -> None:
    with pytest.raises(LimitExceeded) as refused:
        parse_json(opening * 10_000)
    assert refused.value.details["limit"] == "MAX_JSON_DEPTH"
    assert refused.value.details["asked"] >= 10_000
    assert refused.value.details["allowed"] == limits.MAX_JSON_DEPTH


def test_the_deepest_allowed_text_is_parsed() -> None:
    depth = limits.MAX_JSON_DEPTH
    assert depth_by_recursion(parse_json(b"[" * depth + b"]" * depth)) == depth


@pytest.mark.parametrize(
    "content",
    [b'"' * 2_000_000, b'"\\"' * 700_000, b'"' + b"\\" * 2_000_001, b'["a",' * 400_000],
    ids=["quotes", "escaped quotes", "backslashes", "unclosed"],
)
def test_counting_takes_time_in_proportion_to_the_text(content: bytes) -> None:
    # A quadratic scan of two megabytes would take minutes.
    started = time.perf_counter()
    nesting_depth(content)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": 1,\n  "b": }', "line 2, column 8"),
        (b"", "line 1, column 1"),
        (b'{"a": 1} x', "Extra data"),
        (b'"\xff"', "utf"),
        (b"1" * 5_000, "digits"),
        (rb'{"name": "\ud800"}', "surrogate"),
    ],
)
def test_what_is_not_json_is_one_clear_error(content: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words) as refused:
        parse_json(content)
    assert refused.value.code == "malformed_json"


def test_a_whole_surrogate_pair_is_text() -> None:
    assert parse_json(rb'"\ud83d\ude00"') == "\N{GRINNING FACE}"
