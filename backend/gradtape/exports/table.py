"""Metrics as CSV: one row per iteration."""

import csv
import io
from collections.abc import Iterator

from gradtape.tape.metrics import Metrics
from gradtape.tape.numbers import to_json_number


def column_names(metrics: Metrics) -> list[str]:
    """The columns as `GET metrics` names them: `gradient_norm.fc1.weight`."""
    return [
        "iteration",
        "loss",
        "learning_rate",
        *(f"gradient_norm.{name}" for name in metrics.gradient_norm),
        *(f"parameter_norm.{name}" for name in metrics.parameter_norm),
    ]


def iterate_rows(metrics: Metrics) -> Iterator[list[int | float | str]]:
    """One row per iteration; a float as the shortest text that reads back to it, or `NaN`, …"""
    columns = (
        metrics.loss,
        metrics.learning_rate,
        *metrics.gradient_norm.values(),
        *metrics.parameter_norm.values(),
    )
    for iteration, *numbers in zip(metrics.iteration, *columns, strict=True):
        yield [iteration, *map(to_json_number, numbers)]


def write_table(metrics: Metrics) -> bytes:
    """The table as a CSV file, header first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column_names(metrics))
    writer.writerows(iterate_rows(metrics))
    return text.getvalue().encode()
