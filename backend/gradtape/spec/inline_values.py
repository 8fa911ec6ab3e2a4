"""Nested lists of numbers as they come in a spec: checked, then frozen as nested tuples."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, WithJsonSchema

from gradtape.spec.fields import FormControl, refuse
from gradtape.spec.wording import Shape, Step, describe_value

LARGEST_NUMBER = 3.4028234663852886e38  # float32's largest; beyond it lies infinity
MAX_DIMENSIONS = 8  # lists in lists; a batch of 3d images has five

Nested = tuple[Any, ...]
"""Tuples in tuples of equal length, with numbers at the bottom."""


def nest(values: Any) -> Nested:
    """Check nested lists and freeze them.

    Raises:
        PydanticCustomError: not lists, ragged, deeper than MAX_DIMENSIONS, empty, or a number that
            is not finite; with the steps to the place.
    """
    shape, numbers = _flatten(values)
    _check_numbers(shape, numbers)
    for size in reversed(shape[1:]):
        numbers = [tuple(numbers[start : start + size]) for start in range(0, len(numbers), size)]
    return tuple(numbers)


def shape_of(nested: Nested) -> Shape:
    """The shape of nested tuples that `nest` has checked."""
    shape: list[int] = []
    level: Any = nested
    while isinstance(level, tuple):
        row = cast(Nested, level)
        shape.append(len(row))
        level = row[0]
    return tuple(shape)


def numbers_of(nested: Nested) -> list[float]:
    """All numbers of nested tuples that `nest` has checked, row by row."""
    level: list[Any] = list(nested)
    while isinstance(level[0], tuple):
        level = [number for row in level for number in row]
    return level


def index_of(position: int, shape: Shape) -> tuple[int, ...]:
    """Where the number at this place of `numbers_of` stands."""
    index: list[int] = []
    for size in reversed(shape):
        position, place = divmod(position, size)
        index.append(place)
    return tuple(reversed(index))


def _flatten(values: Any) -> tuple[Shape, list[Any]]:
    # Level by level, never by recursion: what comes in may be nested 10,000 deep.
    if not isinstance(values, list | tuple):
        raise refuse("wrong_type", f"must be a list of numbers; got {describe_value(values)}.")
    level: list[Any] = [values]
    shape: list[int] = []
    while not {list, tuple}.isdisjoint(map(type, level)):
        if len(shape) == MAX_DIMENSIONS:
            message = f"must be at most {MAX_DIMENSIONS} lists deep; got more."
            raise refuse("too_deep", message)
        size = _size_of_rows(level, tuple(shape))
        shape.append(size)
        level = [number for row in level for number in row]
    return tuple(shape), level


def _size_of_rows(rows: list[Any], shape: Shape) -> int:
    size = _length(rows[0])
    for position, row in enumerate(rows):
        found = _length(row)
        if found != size:
            message = f"has {_count(found)}, but the first row beside it has {_count(size)}."
            raise refuse("ragged_data", message, *index_of(position, shape))
        if found == 0:
            raise refuse("empty_data", "must not be empty.", *index_of(position, shape))
    # Some row is a list and all are alike, so they all are.
    return cast(int, size)


def _length(row: Any) -> int | None:
    return len(cast(Sequence[Any], row)) if isinstance(row, list | tuple) else None


def _count(size: int | None) -> str:
    return "a single number" if size is None else f"{size} numbers" if size != 1 else "1 number"


def _check_numbers(shape: Shape, numbers: list[Any]) -> None:
    if _all_right(numbers):
        return
    for position, number in enumerate(numbers):
        problem = _problem_of(number)
        if problem is not None:
            steps: tuple[Step, ...] = index_of(position, shape)
            raise refuse(*problem, *steps)


def _all_right(numbers: list[Any]) -> bool:
    # A million numbers are looked at one by one only if something is wrong with one of them.
    if not {int, float}.issuperset(map(type, numbers)):
        return False
    in_range = min(numbers) >= -LARGEST_NUMBER and max(numbers) <= LARGEST_NUMBER
    return in_range and all(map(math.isfinite, numbers))


def _problem_of(number: Any) -> tuple[str, str] | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        if number in ("NaN", "Infinity", "-Infinity"):
            return "non_finite", f"must be a finite number; got {number}."
        return "wrong_type", f"must be a number; got {describe_value(number)}."
    if isinstance(number, float) and not math.isfinite(number):
        return "non_finite", f"must be a finite number; got {describe_value(number)}."
    if not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
        message = f"must be between −3.4e38 and 3.4e38; got {describe_value(number)}."
        return "out_of_range", message
    return None


Values = Annotated[
    Nested,
    BeforeValidator(nest),
    FormControl("values"),
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"type": "number"}, {"type": "array"}]},
            "description": "Nested lists of finite numbers, all rows alike.",
        }
    ),
]
