"""A table as text: read line by line, each column of one type, every problem with its place."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradtape import limits
from gradtape.spec.wording import quote

MAX_CATEGORIES = 1_000  # of one column; as many classes as other data sets may have


NO_LINE: tuple[int, list[str]] = (1, [])


class CsvProblem(ValueError):
    """What is wrong with a table; the message names line and column."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        numbers: one per row; where there are categories, the place of each row's in them.
        categories: in alphabetical order; None where the column is made of numbers.
    """

    name: str
    numbers: tuple[float, ...]
    categories: tuple[str, ...] | None


def read_csv(text: str, class_columns: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a table whose first line names them.

    A column is made of numbers if its first entry is one, else of categories.

    Args:
        class_columns: names of columns of categories, whatever their entries look like.
    Raises:
        CsvProblem: no table, a ragged line, a missing entry, something that is no number.
    """
    lines = _read_lines(text)
    _, names = next(lines, NO_LINE)
    _check_names(names)
    rows = list(_check_rows(lines, names))
    if not rows:
        raise CsvProblem("has no line below the names of the columns")
    return tuple(
        _read_column(name, [(line, row[place]) for line, row in rows], name in class_columns)
        for place, name in enumerate(names)
    )


def _read_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise CsvProblem(f"line {line} is no CSV: {error}") from None
        if row is None:
            return
        if row:
            yield line, [entry.strip() for entry in row]


def _check_names(names: list[str]) -> None:
    if len(names) < 2:
        raise CsvProblem("line 1 must name at least two columns, with commas between them")
    for place, name in enumerate(names):
        if not name:
            raise CsvProblem(f"line 1 has no name for column {place + 1}")
        if name in names[:place]:
            first = names.index(name) + 1
            raise CsvProblem(f"line 1 names both column {first} and {place + 1} {quote(name)}")


def _check_rows(
    lines: Iterator[tuple[int, list[str]]], names: list[str]
) -> Iterator[tuple[int, list[str]]]:
    for count, (line, row) in enumerate(lines, start=1):
        if len(row) < len(names):
            raise CsvProblem(f"line {line} ends before column {quote(names[len(row)])}")
        if len(row) > len(names):
            raise CsvProblem(
                f"line {line} has {len(row)} entries; column {quote(names[-1])}, "
                f"the last, is number {len(names)}"
            )
        if count > limits.MAX_SAMPLES:
            raise CsvProblem(f"has more than {limits.MAX_SAMPLES:,} rows, which is the most")
        yield line, row


def _read_column(name: str, entries: list[tuple[int, str]], as_classes: bool) -> Column:
    for line, entry in entries:
        if not entry:
            raise CsvProblem(f"line {line}, column {quote(name)}: the entry is missing")
    if as_classes or _to_number(entries[0][1]) is None:
        return _read_categories(name, [entry for _, entry in entries])
    return Column(name, tuple(_read_number(name, *entry) for entry in entries), None)


def _read_categories(name: str, entries: list[str]) -> Column:
    categories = tuple(sorted(set(entries)))
    if len(categories) > MAX_CATEGORIES:
        raise CsvProblem(
            f"column {quote(name)} has {len(categories):,} different entries; "
            f"at most {MAX_CATEGORIES:,} can be classes"
        )
    places = {category: float(place) for place, category in enumerate(categories)}
    return Column(name, tuple(places[entry] for entry in entries), categories)


def _read_number(name: str, line: int, entry: str) -> float:
    number = _to_number(entry)
    if number is None:
        raise CsvProblem(f"line {line}, column {quote(name)}: {quote(entry)} is not a number")
    if not math.isfinite(number) or abs(number) > 1e30:
        raise CsvProblem(
            f"line {line}, column {quote(name)}: {quote(entry)} is not between −1e30 and 1e30"
        )
    return number


def _to_number(entry: str) -> float | None:
    try:
        return float(entry) if "_" not in entry else None
    except ValueError:
        return None
