import csv
import io
import math
import struct

from hypothesis import given
from hypothesis import strategies as st

from gradtape.exports.table import write_table
from gradtape.tape.metrics import Metrics


def metrics_of(losses: list[float]) -> Metrics:
    count = len(losses)
    return Metrics(
        iteration=list(range(count)),
        loss=losses,
        learning_rate=[0.1] * count,
        gradient_norm={"fc1.weight": [1.5] * count, "fc1.bias": [0.0] * count},
    )


def read(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def test_each_iteration_is_a_row_with_the_columns_of_the_metrics() -> None:
    rows = read(write_table(metrics_of([0.5, 0.25])))
    assert list(rows[0]) == [
        *("iteration", "loss", "learning_rate"),
        *("gradient_norm.fc1.weight", "gradient_norm.fc1.bias"),
    ]
    assert [row["iteration"] for row in rows] == ["0", "1"]
    assert [row["loss"] for row in rows] == ["0.5", "0.25"]


def test_numbers_that_are_not_finite_are_words() -> None:
    rows = read(write_table(metrics_of([math.nan, math.inf, -math.inf])))
    assert [row["loss"] for row in rows] == ["NaN", "Infinity", "-Infinity"]


@given(st.lists(st.floats(), min_size=1))
def test_every_number_reads_back_to_its_bits(losses: list[float]) -> None:
    back = [float(row["loss"]) for row in read(write_table(metrics_of(losses)))]
    for loss, number in zip(losses, back, strict=True):
        assert struct.pack("d", number) == struct.pack("d", loss) or math.isnan(loss)


def test_without_an_iteration_there_is_a_header_alone() -> None:
    assert write_table(metrics_of([])).count(b"\n") == 1
