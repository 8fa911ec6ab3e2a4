"""Thinning keeps what matters; what a line cannot show is marked."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradtape.figures.curve import split_curve, thin_indices

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def test_a_short_column_is_kept_whole() -> None:
    assert thin_indices(np.arange(5.0), most=5).tolist() == [0, 1, 2, 3, 4]


@given(st.lists(FLOATS, min_size=1, max_size=300), st.integers(4, 40))
def test_thinning_keeps_both_ends_the_extremes_and_every_kind_of_non_finite_stretch(
    values: list[float], most: int
) -> None:
    column = np.array(values)
    kept = thin_indices(column, most=most)
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert (kept[0], kept[-1]) == (0, len(values) - 1)
    assert len(kept) <= max(most, 4) + 4
    finite = column[np.isfinite(column)]
    if finite.size:
        assert {finite.min(), finite.max()} <= set(column[kept].tolist())
    assert bool((~np.isfinite(column)).any()) == bool((~np.isfinite(column[kept])).any())


def test_one_spike_among_a_hundred_thousand_survives() -> None:
    column = np.zeros(100_000)
    column[54_321] = 7.0
    kept = thin_indices(column)
    assert 54_321 in kept
    assert len(kept) <= 2_004


def test_what_is_not_drawable_is_a_gap_and_a_mark_at_the_last_height() -> None:
    values = [2.0, 1.5, math.nan, math.inf, 1.0, -math.inf]
    curve, marks = split_curve(range(6), values, is_drawable=math.isfinite)
    assert curve.x == [0, 1, 2, 3, 4, 5]
    assert curve.y == [2.0, 1.5, None, None, 1.0, None]
    assert marks.x == [2, 3, 5]
    assert marks.y == [1.5, 1.5, 1.0]
    assert marks.labels == ["NaN", "Infinity", "-Infinity"]


def test_marks_before_the_first_drawable_value_stand_at_its_height() -> None:
    _, marks = split_curve([4, 5], [math.nan, 3.0], is_drawable=math.isfinite)
    assert marks.y == [3.0]


@pytest.mark.parametrize("values", [[], [math.nan]])
def test_a_column_without_a_drawable_value_is_no_failure(values: list[float]) -> None:
    curve, marks = split_curve(range(len(values)), values, is_drawable=math.isfinite)
    assert len(curve.x) == len(marks.x) == len(values)
