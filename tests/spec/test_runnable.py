"""What of a wrong spec can be run: everything before the first layer at fault."""

from typing import Any

import pytest
from hypothesis import given, settings

from gradtape import limits
from gradtape.errors import GradtapeError, InvalidSpec, LimitExceeded
from gradtape.spec import ExperimentSpec, parse_spec, runnable_part
from tests.spec.json_values import JSON, damaged_specs
from tests.spec.raw_specs import IMAGES, linear, raw_spec

RELU = {"kind": "relu"}


def layers_of(raw: Any) -> list[str] | None:
    """Names of the layers that can be run."""
    part = runnable_part(raw)
    return None if part is None else [layer.name for layer in part.network.layers]


@pytest.mark.parametrize(
    "wrong",
    [
        linear(-3, name="wrong"),
        linear(3, name="wrong", in_features=7),
        linear(3, name="wrong", inputs=["nobody"]),
        linear(3, name="fc1"),
        linear(3, name="wrong", shares="nobody"),
        linear(5, name="wrong", shares="fc1"),
        {"kind": "softmax", "name": "wrong", "dim": 4},
        {"kind": "add", "name": "wrong", "inputs": ["fc1", "input"]},
        {"kind": "nonsense", "name": "wrong"},
        "no layer at all",
    ],
    ids=str,
)
def test_the_layers_before_the_wrong_one_can_be_run(wrong: Any) -> None:
    assert layers_of(raw_spec(linear(4, name="fc1"), RELU, wrong, linear(1))) == ["fc1", "relu"]


def test_a_batch_norm_that_gets_one_sample_ends_it() -> None:
    raw = raw_spec(linear(4), {"kind": "batch_norm"}, linear(1), batch_size=19)  # of 20
    assert layers_of(raw) == ["linear"]


def test_the_first_of_several_faults_ends_it() -> None:
    raw = raw_spec(linear(4), RELU, linear(2, in_features=9), linear(-1), linear(1))
    assert layers_of(raw) == ["linear", "relu"]


def test_a_layer_keeps_its_name_though_the_one_that_it_gave_way_to_is_gone() -> None:
    raw = raw_spec(linear(4), RELU, linear(2, in_features=9), {"kind": "tanh", "name": "relu"})
    assert layers_of(raw) == ["linear", "relu_2"]


@pytest.mark.parametrize(
    "change",
    [
        {"loss": {"kind": "hinge"}},
        {"loss": None},
        {"loss": {"kind": "cross_entropy"}},
        {"optimizer": {"kind": "sgd", "lr": -1}},
        {"optimizer": "adam"},
        {"data": {"kind": "inline", "x": [[0, 1], [1, 0]], "y": [5, 7]}},
        {"data": {"kind": "inline", "x": [[0, 1], [1, 0]], "y": [1, 0, 1]}},
    ],
    ids=str,
)
def test_all_layers_can_be_run_where_none_is_at_fault(change: dict[str, Any]) -> None:
    raw = raw_spec(linear(4), RELU, linear(1, name="head"), **change)
    with pytest.raises(InvalidSpec):
        parse_spec(raw)
    assert layers_of(raw) == ["linear", "relu", "head"]


def test_a_network_that_does_not_fit_its_targets_can_be_run() -> None:
    assert layers_of(raw_spec(linear(4), linear(3, name="head"))) == ["linear", "head"]


def test_a_network_that_has_nothing_to_learn_can_be_run() -> None:
    assert layers_of(raw_spec(RELU)) == ["relu"]


def test_seed_batch_and_data_are_those_of_the_spec() -> None:
    raw = raw_spec(linear(4), linear(-1), seed=7, batch_size=5, dtype="float64", device="cpu")
    part = runnable_part(raw)
    assert part is not None
    assert (part.seed, part.batch_size, part.dtype, part.device) == (7, 5, "float64", "cpu")
    assert part.data.model_dump(exclude_unset=True) == raw["data"]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        raw_spec(),
        raw_spec(linear(-1), linear(1)),
        raw_spec(linear(4), linear(-1), data={"kind": "nonsense"}),
        raw_spec(linear(4), linear(-1), data={"kind": "inline", "x": [1, 2], "y": [1, 2]}),
        raw_spec(linear(4), linear(-1), seed=0.5),
        raw_spec(linear(4), linear(-1), batch_size=0),
        raw_spec(linear(4), linear(-1), device="gpu"),
        raw_spec(linear(4), linear(-1), device="mps", dtype="float64"),
        raw_spec(linear(4), linear(-1), epochs=3),
    ],
    ids=str,
)
def test_nothing_can_be_run_where_the_data_or_the_whole_is_at_fault(raw: Any) -> None:
    assert runnable_part(raw) is None


WIDE = {"kind": "random_normal", "samples": 10, "features": 2, "targets": limits.MAX_FEATURES + 1}


@pytest.mark.parametrize(
    "raw",
    [
        raw_spec(linear(10**9), linear(-1)),
        raw_spec(linear(4), linear(10**9), linear(-1)),
        raw_spec(linear(4), linear(-1), linear(10**9)),
        raw_spec(linear(4), linear(-1), data={"kind": "moons", "samples": limits.MAX_SAMPLES + 1}),
        raw_spec(linear(4), linear(-1), data=WIDE),
        # Without a loss that can be read, parse_spec cannot tell how wide the targets are.
        raw_spec(linear(4), linear(-1), data=WIDE, loss={"kind": "nonsense"}),
        raw_spec(*[RELU] * (limits.MAX_LAYERS + 1)),
        raw_spec({"kind": "conv2d", "out_channels": 10**6, "kernel_size": 3}, data=IMAGES),
    ],
    ids=range(8),
)
def test_what_exceeds_a_budget_is_never_run(raw: Any) -> None:
    assert runnable_part(raw) is None


def objections_to(spec: ExperimentSpec) -> list[GradtapeError]:
    """What parse_spec has against a spec."""
    try:
        parse_spec(spec)
    except InvalidSpec as refusal:
        return refusal.problems
    return []


@settings(max_examples=300, deadline=None)
@given(JSON | damaged_specs())
def test_whatever_comes_in_its_part_is_within_every_budget_and_has_no_layer_at_fault(
    raw: Any,
) -> None:
    part = runnable_part(raw)
    objections = [] if part is None else objections_to(part)
    assert not any(isinstance(objection, LimitExceeded) for objection in objections)
    # The stand-in loss need not fit the output, and a few layers need not learn.
    assert all(
        objection.code == "nothing_to_learn" or objection.message.startswith("The network gives")
        for objection in objections
    )
