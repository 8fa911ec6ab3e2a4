from typing import Any

import pytest

from gradtape.spec import parse_spec
from tests.spec.raw_specs import HEAD, image_spec, linear, problem_of, problems_of, raw_spec


def test_a_repeated_input_is_kept_twice() -> None:
    raw = raw_spec(linear(2, name="a"), {"kind": "multiply", "inputs": ["a", "a"]}, HEAD)
    assert parse_spec(raw).network.layers[1].inputs == ("a", "a")


def test_a_name_belongs_to_one_layer() -> None:
    problem = problem_of(raw_spec(linear(2, name="fc"), linear(1, name="fc")))
    assert (problem.code, problem.path) == ("duplicate_name", "network.layers[1].name")
    assert 'has the name "fc", which layers[0] has already' in problem.message


@pytest.mark.parametrize("name", ["input", "target", "loss", "lambda"])
def test_names_that_mean_something_else_are_reserved(name: str) -> None:
    problem = problem_of(raw_spec(linear(1, name=name)))
    assert (problem.code, problem.path) == ("reserved_name", "network.layers[0].name")


@pytest.mark.parametrize("name", ["", "1st", "fc.1", "a b", "ä", "fc\n"])
def test_names_are_letters_digits_and_underscores(name: str) -> None:
    problem = problem_of(raw_spec(linear(1, name=name)))
    assert (problem.code, problem.path) == ("invalid_text", "network.layers[0].name")


@pytest.mark.parametrize("name", ["forward", "train", "steps", "parameters", "x2"])
def test_names_of_torchs_own_methods_are_free(name: str) -> None:
    assert parse_spec(raw_spec(linear(1, name=name))).network.layers[0].name == name


def test_an_unknown_input_is_answered_with_the_nearest_layer() -> None:
    problem = problem_of(raw_spec(linear(2, name="hidden"), {**HEAD, "inputs": ["hiden"]}))
    assert (problem.code, problem.path) == ("unknown_layer", "network.layers[1].inputs[0]")
    assert 'Did you mean "hidden"?' in problem.message


@pytest.mark.parametrize(("name", "words"), [("head", "layers[1]"), ("first", "itself")])
def test_only_earlier_layers_can_be_inputs(name: str, words: str) -> None:
    problem = problem_of(raw_spec(linear(2, name="first", inputs=[name]), HEAD))
    assert (problem.code, problem.path) == ("forward_reference", "network.layers[0].inputs[0]")
    assert words in problem.message


@pytest.mark.parametrize("kind", ["add", "multiply", "concat"])
def test_a_merging_layer_needs_two_inputs(kind: str) -> None:
    problem = problem_of(raw_spec(linear(2), {"kind": kind}, HEAD))
    assert problem.path == "network.layers[1].inputs"
    assert "needs at least two inputs; got one" in problem.message


def test_other_layers_take_one_input() -> None:
    raw = raw_spec(linear(2, name="a"), {"kind": "relu", "inputs": ["a", "input"]}, HEAD)
    assert "takes one input; got 2" in problem_of(raw).message


@pytest.mark.parametrize(
    ("shared", "field", "code"),
    [
        ({"kind": "linear", "out_features": 2, "shares": "nobody"}, "shares", "unknown_layer"),
        ({"kind": "linear", "out_features": 2, "shares": "head"}, "shares", "unknown_layer"),
        ({"kind": "linear", "out_features": 2, "shares": "norm"}, "shares", "other_kind"),
        ({"kind": "layer_norm", "shares": "bare"}, "shares", "no_parameters"),
        (
            {"kind": "linear", "out_features": 3, "shares": "fc"},
            "out_features",
            "invalid_combination",
        ),
        (
            {"kind": "linear", "bias": False, "shares": "fc"},
            "bias",
            "invalid_combination",
        ),
        (
            {"kind": "linear", "shares": "fc", "init": {"bias": {"kind": "zeros"}}},
            "init",
            "invalid_combination",
        ),
    ],
)
def test_parameters_are_shared_only_where_that_has_a_meaning(
    shared: dict[str, Any], field: str, code: str
) -> None:
    layers = (
        linear(2, name="fc"),
        {"kind": "layer_norm", "name": "norm"},
        {"kind": "layer_norm", "name": "bare", "elementwise_affine": False},
    )
    problem = problem_of(raw_spec(*layers, {"name": "again", **shared}, HEAD))
    assert (problem.path, problem.code) == (f"network.layers[3].{field}", code)


def test_a_layer_may_share_what_is_shared_already() -> None:
    raw = raw_spec(
        linear(2, name="a"),
        {"kind": "linear", "name": "b", "shares": "a"},
        {"kind": "linear", "name": "c", "shares": "b"},
        HEAD,
    )
    assert parse_spec(raw).network.layers[2].model_dump()["out_features"] == 2


def test_a_network_without_parameters_has_nothing_to_learn() -> None:
    raw = raw_spec({"kind": "relu"}, loss={"kind": "mse"}, data={"kind": "random_normal"})
    problems = problems_of(raw)
    assert ("nothing_to_learn", "network.layers") in {
        (problem.code, problem.path) for problem in problems
    }


def test_parameters_that_do_not_lead_to_the_output_do_not_count() -> None:
    raw = image_spec()
    raw["network"]["layers"] = [
        linear(5, name="aside"),
        {"kind": "flatten", "inputs": ["input"]},
    ]
    assert [problem.code for problem in problems_of(raw)] == ["nothing_to_learn"]


def test_a_dead_end_is_allowed_beside_the_way_to_the_output() -> None:
    parse_spec(raw_spec(linear(5, name="aside"), {**HEAD, "inputs": ["input"]}))
