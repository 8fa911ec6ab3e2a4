"""Metrics as CSV: one row per iteration."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from gradtape.tape.metrics import Metrics
from gradtape.tape.numbers import to_json_number

NOT_MEASURED = ""

Cells = Sequence[float] | Sequence[float | None]


def column_names(metrics: Metrics) -> list[str]:
    """The columns as `GET metrics` names them: `gradient_norm.fc1.weight`."""
    return ["iteration", *_columns(metrics)]


def iterate_rows(metrics: Metrics) -> Iterator[list[int | float | str]]:
    """One row per iteration; a float as the shortest text that reads back to it, or `NaN`, …

    What was not measured in an iteration is an empty cell.
    """
    columns = _columns(metrics).values()
    for iteration, *numbers in zip(metrics.iteration, *columns, strict=True):
        yield [iteration, *map(_to_cell, numbers)]


def write_table(metrics: Metrics) -> bytes:
    """The table as a CSV file, header first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column_names(metrics))
    writer.writerows(iterate_rows(metrics))
    return text.getvalue().encode()


def _columns(metrics: Metrics) -> dict[str, Cells]:
    columns: dict[str, Cells] = {"loss": metrics.loss, "learning_rate": metrics.learning_rate}
    if metrics.accuracy:
        columns["accuracy"] = metrics.accuracy
    columns |= _named("gradient_norm", metrics.gradient_norm)
    updates, validation = metrics.updates, metrics.validation
    validated = {"loss": validation.loss}
    if validation.accuracy:
        validated["accuracy"] = validation.accuracy
    for measured_at, named in (
        (updates.iteration, _named("updates.norm", updates.norm)),
        (updates.iteration, _named("updates.parameter_norm", updates.parameter_norm)),
        (updates.iteration, _named("updates.ratio", updates.ratio)),
        (validation.iteration, _named("validation", validated)),
    ):
        if measured_at:
            columns |= _spread(metrics.iteration, measured_at, named)
    return columns


def _named(prefix: str, columns: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {f"{prefix}.{name}": column for name, column in columns.items()}


def _spread(
    iterations: list[int], measured_at: list[int], columns: Mapping[str, list[float]]
) -> dict[str, Cells]:
    """Columns over all iterations; None where nothing was measured."""
    rows = {iteration: row for row, iteration in enumerate(measured_at)}
    places = [rows.get(iteration) for iteration in iterations]
    return {
        name: [None if place is None else column[place] for place in places]
        for name, column in columns.items()
    }


def _to_cell(number: float | None) -> float | str:
    return NOT_MEASURED if number is None else to_json_number(number)
