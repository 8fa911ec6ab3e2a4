import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradtape.errors import GradtapeError, InvalidSpec
from gradtape.spec import ExperimentSpec, change_regime, examples, parse_spec, regime_of
from tests.spec.json_values import JSON, damaged_specs
from tests.spec.raw_specs import API_SPEC, image_spec, linear, problem_of, problems_of, raw_spec


def refusal_of(raw: Any) -> InvalidSpec | None:
    try:
        parse_spec(raw)
    except InvalidSpec as refusal:
        return refusal
    return None


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@settings(max_examples=300, deadline=None)
@given(JSON | damaged_specs())
def test_whatever_comes_in_is_a_spec_or_one_clear_refusal(raw: Any) -> None:
    refusal = refusal_of(raw)
    if refusal is not None:
        text = json.dumps(refusal.to_dict(), allow_nan=False)
        text.encode("utf-8")
        assert len(text) < 100_000
        assert all(len(problem.message) < 1_000 for problem in refusal.problems)
        assert all(isinstance(problem, GradtapeError) for problem in refusal.problems)


@pytest.mark.parametrize(
    "raw",
    [
        nested(20_000),
        {"data": {"kind": nested(20_000)}},
        {"data": {"kind": "inline", "x": nested(20_000), "y": [1]}},
        raw_spec(linear(1), seed=nested(20_000)),
        raw_spec(linear(1, inputs=nested(20_000))),
        raw_spec(linear(1, shares=nested(20_000))),
        raw_spec({"kind": "conv2d", "out_channels": 1, "kernel_size": nested(20_000)}),
    ],
    ids=["all", "kind", "values", "number", "names", "name", "pair"],
)
def test_lists_20_000_deep_are_refused_without_walking_into_them(raw: Any) -> None:
    refusal = refusal_of(raw)
    assert refusal is not None
    assert len(json.dumps(refusal.to_dict())) < 10_000


@settings(max_examples=300, deadline=None)
@given(JSON | damaged_specs())
def test_no_problem_is_told_in_pydantics_words(raw: Any) -> None:
    refusal = refusal_of(raw)
    for problem in refusal.problems if refusal else []:
        assert "Input should" not in problem.message
        assert "is not valid:" not in problem.message


@settings(max_examples=200, deadline=None)
@given(damaged_specs())
def test_a_spec_that_was_read_reads_again_from_its_own_json(raw: Any) -> None:
    try:
        spec = parse_spec(raw)
    except InvalidSpec:
        return
    text = json.dumps(spec.model_dump(mode="json"), allow_nan=False)
    assert parse_spec(json.loads(text)) == spec
    assert ExperimentSpec.model_validate_json(text) == spec


@pytest.mark.parametrize("key", examples())
def test_an_example_reads_again_from_its_own_json(key: str) -> None:
    spec = examples()[key].spec
    assert parse_spec(spec.model_dump(mode="json")) == spec
    assert ExperimentSpec.model_validate_json(spec.model_dump_json()) == spec


def test_the_spec_of_the_contract_reads_as_written() -> None:
    spec = parse_spec(API_SPEC)
    written = spec.model_dump(mode="json")
    assert written["data"] == API_SPEC["data"]
    assert written["loss"] == API_SPEC["loss"]
    assert [layer["name"] for layer in written["network"]["layers"]] == ["fc1", "relu", "fc2"]
    assert written["network"]["layers"][0]["init"]["weight"]["std"] == 1.0
    assert written["optimizer"]["lr"] == 1e-6


def test_the_two_layer_example_is_the_spec_of_the_contract() -> None:
    assert examples()["two-layer"].spec == parse_spec(API_SPEC)


def test_layers_without_a_name_are_called_by_their_kind_and_numbered_where_it_repeats() -> None:
    spec = parse_spec(
        raw_spec(linear(3), {"kind": "relu"}, linear(3), linear(1, name="linear_3"), linear(1))
    )
    names = [layer.name for layer in spec.network.layers]
    assert names == ["linear", "relu", "linear_2", "linear_3", "linear_4"]


def test_a_layer_takes_the_output_of_the_one_before_unless_it_says_so() -> None:
    spec = parse_spec(
        raw_spec(
            linear(2, name="a"),
            linear(2, name="b"),
            {"kind": "add", "inputs": ["b", "input"]},
            linear(1),
        )
    )
    assert [layer.inputs for layer in spec.network.layers] == [
        ("input",),
        ("a",),
        ("b", "input"),
        ("add",),
    ]


def test_a_shared_layer_takes_over_the_settings_of_the_original() -> None:
    spec = parse_spec(
        raw_spec(
            linear(2, name="a", bias=False),
            {"kind": "linear", "name": "b", "shares": "a"},
            linear(1),
        )
    )
    shared = spec.network.layers[1].model_dump()
    assert (shared["out_features"], shared["bias"], shared["shares"]) == (2, False, "a")


def test_one_number_stands_for_both_sides_of_a_window() -> None:
    spec = parse_spec(image_spec({"kind": "conv2d", "out_channels": 2, "kernel_size": 5}))
    assert spec.network.layers[0].model_dump()["kernel_size"] == (5, 5)


def test_a_whole_number_may_be_written_with_a_decimal_point() -> None:
    assert parse_spec(raw_spec(linear(1.0), batch_size=4.0)).batch_size == 4  # type: ignore[arg-type]


def test_a_learning_rate_of_fast_is_told_in_plain_words() -> None:
    problem = problem_of(raw_spec(linear(1), optimizer={"kind": "sgd", "lr": "fast"}))
    assert problem.to_dict() == {
        "code": "wrong_type",
        "path": "optimizer.lr",
        "message": 'optimizer.lr must be a number; got "fast".',
    }


@pytest.mark.parametrize(
    ("change", "path", "code", "words"),
    [
        ({"seed": True}, "seed", "wrong_type", "got true"),
        ({"seed": -1}, "seed", "out_of_range", "at least 0"),
        ({"seed": 2**63}, "seed", "out_of_range", "at most"),
        ({"seed": 1.5}, "seed", "wrong_type", "whole number"),
        ({"batch_size": 0}, "batch_size", "out_of_range", "at least 1"),
        ({"dtype": "float23"}, "dtype", "invalid_choice", 'Did you mean "float32"?'),
        ({"device": "gpu"}, "device", "invalid_text", '"cuda:0"'),
        ({"name": "x" * 65}, "name", "limit_exceeded", "at most 64"),
        ({"name": 5}, "name", "wrong_type", "must be text"),
        ({"oprimizer": {}}, "oprimizer", "unknown_field", 'Did you mean "optimizer"?'),
        ({"loss": {"kind": "mse", "reduction": "max"}}, "loss.reduction", "invalid_choice", "mean"),
        ({"loss": None}, "loss", "wrong_type", "got null"),
        ({"loss": {"kind": "bce_with_logit"}}, "loss.kind", "unknown_kind", "bce_with_logits"),
        ({"loss": {}}, "loss.kind", "missing_field", "bce_with_logits"),
        ({"optimizer": {"kind": "sgd", "lr": -1}}, "optimizer.lr", "out_of_range", "at least 0"),
        ({"optimizer": {"kind": "sgd", "lr": float("nan")}}, "optimizer.lr", "non_finite", "NaN"),
        (
            {"optimizer": {"kind": "adam", "betas": [0.9, 1]}},
            "optimizer.betas[1]",
            "out_of_range",
            "below 1",
        ),
        (
            {"optimizer": {"kind": "adam", "betas": 0.9}},
            "optimizer.betas",
            "wrong_type",
            "a list of two numbers; got 0.9",
        ),
        (
            {"optimizer": {"kind": "sgd", "nesterov": True}},
            "optimizer.nesterov",
            "invalid_combination",
            "momentum=0.9",
        ),
        (
            {"optimizer": {"kind": "sgd", "learning_rate": 1}},
            "optimizer.learning_rate",
            "unknown_field",
            'Did you mean "lr"?',
        ),
        (
            {"data": {"kind": "moons", "samples": 10**6}},
            "data.samples",
            "limit_exceeded",
            "100,000",
        ),
        ({"data": {"kind": "xor", "samples": 10**400}}, "data.samples", "limit_exceeded", "bits"),
        ({"data": {"kind": "moon"}}, "data.kind", "unknown_kind", 'Did you mean "moons"?'),
        ({"network": {"layers": []}}, "network.layers", "wrong_length", "at least 1"),
        ({"network": {"layers": "x"}}, "network.layers", "wrong_type", "must be a list"),
        ({"network": {}}, "network.layers", "missing_field", "is missing"),
    ],
)
def test_a_field_that_is_wrong_by_itself_is_the_only_problem(
    change: dict[str, Any], path: str, code: str, words: str
) -> None:
    problem = problem_of({**raw_spec(linear(1)), **change})
    assert (problem.path, problem.code) == (path, code)
    assert words in problem.message


def test_a_layer_of_another_librarys_name_is_recognised() -> None:
    problem = problem_of(raw_spec({"kind": "Dense", "out_features": 1}))
    assert problem.path == "network.layers[0].kind"
    assert problem.details == {"suggestion": "linear"}


def test_what_is_nothing_like_a_known_name_is_answered_with_all_of_them() -> None:
    problem = problem_of(raw_spec(linear(1), loss={"kind": "zzzzzz"}))
    assert "Known: mse, l1, huber, smooth_l1, cosine, bce," in problem.message


def test_a_layer_without_parameters_can_neither_share_nor_fill_them() -> None:
    problems = problems_of(raw_spec(linear(1), {"kind": "relu", "shares": "linear", "init": {}}))
    assert {problem.path for problem in problems} == {
        "network.layers[1].shares",
        "network.layers[1].init",
    }
    assert all("relu has no parameters" in problem.message for problem in problems)


def test_independent_problems_are_all_told_at_once() -> None:
    raw = raw_spec(
        linear(4, in_features=3),
        {"kind": "rellu"},
        linear(4, name="fc"),
        {"kind": "dropout", "p": 2},
        linear(1, name="fc"),
        optimizer={"kind": "sgd", "lr": "fast"},
        seed=-1,
    )
    assert {problem.path for problem in problems_of(raw)} == {
        "seed",
        "optimizer.lr",
        "network.layers[0]",
        "network.layers[1].kind",
        "network.layers[3].p",
        "network.layers[4].name",
    }


def test_the_first_problem_speaks_for_all() -> None:
    with pytest.raises(InvalidSpec) as caught:
        parse_spec({**raw_spec(linear(1)), "seed": -1, "batch_size": 0})
    shape = caught.value.to_dict()
    assert (shape["code"], shape["path"]) == ("out_of_range", "seed")
    assert [error["path"] for error in shape["errors"]] == ["seed", "batch_size"]


@pytest.mark.parametrize("raw", [None, 3, "spec", [], [API_SPEC]])
def test_what_is_no_object_is_no_spec(raw: Any) -> None:
    assert problem_of(raw).message.startswith("The spec must be an object with data, network")


def test_a_million_layers_are_refused_by_their_number_alone() -> None:
    problem = problem_of(raw_spec(*[{"kind": "relu"}] * 1_000_000))
    assert (problem.code, problem.path) == ("limit_exceeded", "network.layers")
    assert problem.details == {"limit": "MAX_LAYERS", "asked": 1_000_000.0, "allowed": 256}


def test_an_optimizer_changes_in_the_names_and_ranges_of_its_kind() -> None:
    spec = parse_spec(raw_spec(linear(1), optimizer={"kind": "sgd", "momentum": 0.5}))
    after = change_regime(regime_of(spec), {"optimizer": {"lr": 0.25}})
    assert after.optimizer.model_dump() == {**spec.optimizer.model_dump(), "lr": 0.25}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"lr": -1}, "optimizer.lr"),
        ({"learning_rate": 1}, "optimizer.learning_rate"),
        ({"kind": "adam"}, "optimizer.kind"),
        ({"kind": [[]]}, "optimizer.kind"),
    ],
)
def test_an_impossible_change_of_an_optimizer_is_told_with_its_path(
    changes: dict[str, Any], path: str
) -> None:
    before = regime_of(parse_spec(raw_spec(linear(1))))
    with pytest.raises(InvalidSpec) as caught:
        change_regime(before, {"optimizer": changes})
    assert [problem.path for problem in caught.value.problems] == [path]


@given(st.floats(min_value=0, max_value=1e9))
def test_any_learning_rate_in_range_is_kept_exactly(rate: float) -> None:
    spec = parse_spec(raw_spec(linear(1), optimizer={"kind": "sgd", "lr": rate}))
    assert spec.optimizer.lr == rate
