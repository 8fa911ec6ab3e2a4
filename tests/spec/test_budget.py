from typing import Any

import pytest

from gradtape import limits
from gradtape.errors import LimitExceeded
from gradtape.spec import parse_spec
from tests.spec.raw_specs import HEAD, linear, problem_of, problems_of, raw_spec

MSE = {"kind": "mse"}


def limit_of(raw: Any) -> tuple[str | None, str, float]:
    problem = problem_of(raw)
    assert isinstance(problem, LimitExceeded)
    return problem.path, problem.details["limit"], problem.details["asked"]


def test_a_billion_units_are_refused_before_anything_is_built() -> None:
    problems = problems_of(raw_spec(linear(10**9), HEAD))
    assert all(isinstance(problem, LimitExceeded) for problem in problems)
    assert {problem.path for problem in problems} == {"network.layers[0].out_features"}
    assert problems[0].message == (
        "network.layers[0].out_features asks for 3,000,000,000 parameters; "
        "at most 20,000,000 are allowed."
    )


def test_parameters_are_counted_over_all_layers() -> None:
    layers = (linear(3_000), linear(3_000), linear(3_000), linear(3_000), HEAD)
    path, limit, asked = limit_of(raw_spec(*layers))
    assert (path, limit) == ("network.layers[3].out_features", "MAX_PARAMETERS")
    assert asked == 3_000 * 3 + 3 * (3_000 * 3_000 + 3_000)


def test_as_many_parameters_as_allowed_are_allowed() -> None:
    width = 4_400  # 2·w + w + w² + w + w + 1 = w² + 5w + 1
    assert width**2 + 5 * width + 1 <= limits.MAX_PARAMETERS
    parse_spec(raw_spec(linear(width), linear(width), HEAD))


def test_the_outputs_of_a_batch_are_counted() -> None:
    data = {"kind": "moons", "samples": 100_000}
    path, limit, asked = limit_of(raw_spec(linear(600), HEAD, data=data))
    assert (path, limit, asked) == (
        "network.layers[0].out_features",
        "MAX_ACTIVATION_VALUES",
        100_000 * 600,
    )


def test_widths_that_grow_beyond_every_number_are_still_told() -> None:
    # Each layer is 64 times as wide as the one before: 2·64²⁰⁰ at the end.
    doubled = [{"kind": "concat", "inputs": ["input"] * 64, "name": "c0"}]
    for number in range(1, 200):
        doubled.append({"kind": "concat", "inputs": [f"c{number - 1}"] * 64, "name": f"c{number}"})
    problems = problems_of(raw_spec(linear(1, name="fc"), *doubled, HEAD))
    assert {problem.code for problem in problems} == {"limit_exceeded"}
    assert max(problem.details["asked"] for problem in problems) == 1e300


def test_a_smaller_batch_costs_less() -> None:
    data = {"kind": "moons", "samples": 100_000}
    parse_spec(raw_spec(linear(600), HEAD, data=data, batch_size=100))


def test_multiplications_are_counted() -> None:
    data = {"kind": "random_normal", "samples": 10_000, "features": [1, 40, 40]}
    layers = (
        {"kind": "conv2d", "out_channels": 2, "kernel_size": 39, "padding": 19},
        {"kind": "max_pool2d", "kernel_size": 40},
        {"kind": "flatten"},
        HEAD,
    )
    path, limit, asked = limit_of(raw_spec(*layers, data=data, loss=MSE))
    assert (path, limit) == ("network.layers[0].out_channels", "MAX_MULTIPLICATIONS")
    assert asked == 10_000 * 2 * (40 + 2 * 19 - 39 + 1) ** 2 * 39 * 39


@pytest.mark.parametrize(
    ("data", "path", "limit"),
    [
        ({"kind": "random_normal", "features": 70_000}, "data.features", "MAX_FEATURES"),
        (
            {"kind": "random_normal", "samples": 1_000, "features": [3, 100, 100]},
            "data.features",
            "MAX_DATA_VALUES",
        ),
        (
            {"kind": "random_normal", "samples": 64, "features": 1, "targets": 70_000},
            "data.targets",
            "MAX_FEATURES",
        ),
        (
            {"kind": "inline", "x": [[0] * 1_001] * 1_000, "y": [0] * 1_000},
            "data.x",
            "MAX_INLINE_DATA_VALUES",
        ),
        ({"kind": "inline", "x": [[0]] * 100_001, "y": [0] * 100_001}, "data.x", "MAX_SAMPLES"),
    ],
)
def test_data_that_is_too_large_is_refused(data: dict[str, Any], path: str, limit: str) -> None:
    problems = problems_of(raw_spec(linear(1), data=data, loss=MSE, batch_size=1))
    assert (path, limit) in {(problem.path, problem.details.get("limit")) for problem in problems}
