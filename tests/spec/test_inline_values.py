import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradtape.spec import ExperimentSpec, parse_spec
from gradtape.spec.inline_values import index_of, nest, numbers_of, shape_of
from tests.spec.raw_specs import linear, problem_of, raw_spec


def inline_problem(x: Any, y: Any = ((0,), (1,))) -> tuple[str | None, str, str]:
    data = {"kind": "inline", "x": x, "y": y}
    problem = problem_of(raw_spec(linear(1), data=data, loss={"kind": "mse"}))
    return problem.path, problem.code, problem.message


@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(max_dims=4, max_side=4),
        elements=st.floats(-1e30, 1e30, allow_subnormal=False),
    )
)
def test_nested_lists_are_read_as_numpy_reads_them(array: np.ndarray) -> None:
    nested = nest(array.tolist())
    assert shape_of(nested) == array.shape
    assert numbers_of(nested) == array.ravel().tolist()
    assert np.array(nested).tolist() == array.tolist()


def test_inline_numbers_are_written_as_they_were_read() -> None:
    data = {"kind": "inline", "x": [[1, 2.5], [3, 4]], "y": [[0], [1]], "tokens": False}
    spec = parse_spec(raw_spec(linear(1), data=data))
    assert spec.model_dump(mode="json")["data"] == data
    assert json.loads(spec.model_dump_json())["data"] == data
    assert ExperimentSpec.model_validate_json(spec.model_dump_json()) == spec


@given(hnp.array_shapes(max_dims=4, max_side=4), st.data())
def test_a_place_in_the_row_of_numbers_is_found_as_numpy_finds_it(
    shape: tuple[int, ...], data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, int(np.prod(shape)) - 1))
    assert index_of(position, shape) == tuple(map(int, np.unravel_index(position, shape)))


def test_a_ragged_row_is_pointed_at() -> None:
    assert inline_problem([[1, 2], [3]]) == (
        "data.x[1]",
        "ragged_data",
        "data.x[1] has 1 number, but the first row beside it has 2 numbers.",
    )


def test_a_number_beside_lists_is_pointed_at() -> None:
    path, code, message = inline_problem([[1], 3])
    assert (path, code) == ("data.x[1]", "ragged_data")
    assert "a single number" in message


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "NaN", "-Infinity"])
def test_a_number_that_is_not_finite_is_pointed_at(number: Any) -> None:
    path, code, message = inline_problem([[1.0, 2.0], [3.0, number]])
    assert (path, code) == ("data.x[1][1]", "non_finite")
    assert "must be a finite number; got" in message


@pytest.mark.parametrize("value", [True, None, "1", {}])
def test_what_is_no_number_is_pointed_at(value: Any) -> None:
    assert inline_problem([[1], [value]])[:2] == ("data.x[1][0]", "wrong_type")


@pytest.mark.parametrize("number", [1e39, -(10**400)])
def test_a_number_beyond_float32_is_pointed_at(number: Any) -> None:
    assert inline_problem([[number], [1]])[:2] == ("data.x[0][0]", "out_of_range")


@pytest.mark.parametrize(
    ("x", "path", "code"),
    [
        ([], "data.x", "empty_data"),
        ([[], []], "data.x[0]", "empty_data"),
        ([[[[[[[[[1]]]]]]]], [[[[[[[[2]]]]]]]]], "data.x", "too_deep"),
        ("12", "data.x", "wrong_type"),
        ([1, 2], "data.x", "shape_mismatch"),
    ],
)
def test_x_is_one_list_of_numbers_per_sample(x: Any, path: str, code: str) -> None:
    assert inline_problem(x)[:2] == (path, code)


def test_every_sample_has_one_target() -> None:
    path, code, message = inline_problem([[1], [2], [3]])
    assert (path, code) == ("data.y", "length_mismatch")
    assert message == "data.y has 2 entries, but x has 3: one target per sample."
