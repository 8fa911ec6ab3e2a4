from typing import Any

import pytest

from gradtape.spec import parse_spec
from gradtape.spec.target_form import TargetForm, target_form
from tests.spec.raw_specs import IMAGES, image_spec, linear, problem_of, raw_spec

SIGMOID = {"kind": "sigmoid"}
X = [[0, 0], [0, 1], [1, 0]]


def loss(kind: str) -> dict[str, Any]:
    return {"kind": kind}


def inline(y: Any) -> dict[str, Any]:
    return {"kind": "inline", "x": X, "y": y}


@pytest.mark.parametrize(
    ("data", "kind", "outputs", "form"),
    [
        ({"kind": "moons"}, "bce_with_logits", 1, TargetForm((1,), None)),
        ({"kind": "circles"}, "mse", 1, TargetForm((1,), None)),
        ({"kind": "xor"}, "cross_entropy", 2, TargetForm((), 2)),
        ({"kind": "blobs", "classes": 4}, "nll", 4, TargetForm((), 4)),
        ({"kind": "spiral", "classes": 3}, "bce_with_logits", 3, TargetForm((3,), None)),
        ({"kind": "digits"}, "mse", 10, TargetForm((10,), None)),
        ({"kind": "linear_regression", "targets": 3}, "l1", 3, TargetForm((3,), None)),
        ({"kind": "random_uniform", "targets": 5}, "cross_entropy", 5, TargetForm((), 5)),
        ({"kind": "random_uniform", "targets": 5}, "mse", 5, TargetForm((5,), None)),
        (inline([0, 1, 0]), "mse", 1, TargetForm((1,), None)),
        (inline([[0, 1], [1, 0], [0, 0]]), "l1", 2, TargetForm((2,), None)),
        (inline([0, 2, 1]), "cross_entropy", 3, TargetForm((), 3)),
        (inline([[0], [2], [1]]), "cross_entropy", 4, TargetForm((), 3)),
    ],
)
def test_the_loss_decides_what_targets_look_like(
    data: dict[str, Any], kind: str, outputs: int, form: TargetForm
) -> None:
    spec = parse_spec(raw_spec(linear(outputs), data=data, loss=loss(kind)))
    assert target_form(spec.data, spec.loss) == form


@pytest.mark.parametrize("kind", ["mse", "l1", "bce_with_logits"])
def test_as_many_outputs_as_targets_are_asked_for(kind: str) -> None:
    problem = problem_of(raw_spec(linear(3), loss=loss(kind)))
    assert problem.path == "network.layers[0].out_features"
    assert problem.message == (
        f"The network gives (20, 3), but {kind} compares with targets of shape (20, 1). "
        "Did you mean out_features=1?"
    )


@pytest.mark.parametrize("kind", ["cross_entropy", "nll"])
def test_an_output_per_class_is_asked_for(kind: str) -> None:
    problem = problem_of(raw_spec(linear(8), linear(1), {"kind": "tanh"}, loss=loss(kind)))
    assert problem.path == "network.layers[1].out_features"
    assert "one number for each of the 2 classes" in problem.message
    assert problem.details == {"suggestion": "out_features=2"}


def test_a_label_beyond_the_outputs_is_pointed_at() -> None:
    raw = raw_spec(linear(2), data=inline([0, 1, 2]), loss=loss("cross_entropy"))
    problem = problem_of(raw)
    assert (problem.path, problem.code) == ("data.y[2]", "label_out_of_range")
    assert "must be a class number below 2, as the network gives (3, 2); got 2." in problem.message


@pytest.mark.parametrize("label", [-1, 0.5])
def test_a_label_is_a_whole_number_from_0_on(label: float) -> None:
    problem = problem_of(raw_spec(linear(2), data=inline([0, 1, label]), loss=loss("nll")))
    assert (problem.path, problem.code) == ("data.y[2]", "target_out_of_range")


@pytest.mark.parametrize("kind", ["bce", "bce_with_logits"])
@pytest.mark.parametrize("target", [-0.1, 1.1])
def test_targets_of_a_binary_cross_entropy_lie_between_0_and_1(kind: str, target: float) -> None:
    data = inline([[0], [1], [target]])
    problem = problem_of(raw_spec(linear(1), SIGMOID, data=data, loss=loss(kind)))
    assert (problem.path, problem.code) == ("data.y[2][0]", "target_out_of_range")


def test_soft_targets_are_fine_for_a_binary_cross_entropy() -> None:
    parse_spec(raw_spec(linear(1), SIGMOID, data=inline([0.2, 0.5, 1.0]), loss=loss("bce")))


@pytest.mark.parametrize("kind", ["cross_entropy", "nll", "bce_with_logits"])
def test_regression_targets_are_no_classes(kind: str) -> None:
    problem = problem_of(raw_spec(linear(1), data={"kind": "linear_regression"}, loss=loss(kind)))
    assert (problem.path, problem.code) == ("loss.kind", "targets_mismatch")
    assert problem.details == {"suggestion": "mse"}


def test_bce_refuses_a_network_that_may_leave_0_to_1() -> None:
    problem = problem_of(raw_spec(linear(1), loss=loss("bce")))
    assert problem.path == "loss.kind"
    assert problem.details == {"suggestion": "bce_with_logits"}


def test_bce_takes_a_product_of_probabilities() -> None:
    parse_spec(
        raw_spec(
            linear(1, name="a"),
            {"kind": "sigmoid", "name": "p"},
            linear(1, name="b", inputs=["input"]),
            {"kind": "sigmoid", "name": "q"},
            {"kind": "multiply", "inputs": ["p", "q"]},
            loss=loss("bce"),
        )
    )


def test_bce_refuses_a_sum_of_probabilities() -> None:
    raw = raw_spec(
        linear(1),
        {"kind": "sigmoid", "name": "p"},
        {"kind": "add", "inputs": ["p", "p"]},
        loss=loss("bce"),
    )
    assert problem_of(raw).path == "loss.kind"


def test_images_that_were_never_flattened_are_noticed_at_the_loss() -> None:
    raw = raw_spec(linear(10), data=IMAGES, loss=loss("cross_entropy"))
    problem = problem_of(raw)
    assert problem.message == (
        "The network gives (8, 1, 8, 10), but cross_entropy needs one number per class and "
        "target. Put a flatten layer before the last linear layer."
    )


def test_a_prediction_per_place_takes_a_label_per_place() -> None:
    data = {"kind": "inline", "x": [[[1, 2, 3]], [[4, 5, 6]]], "y": [[0, 1, 1], [1, 0, 0]]}
    conv = {"kind": "conv1d", "out_channels": 2, "kernel_size": 1}
    parse_spec(raw_spec(conv, data=data, loss=loss("cross_entropy")))


def test_ten_digits_need_ten_outputs() -> None:
    raw = image_spec()
    raw["network"]["layers"][-1]["out_features"] = 9
    assert problem_of(raw).details == {"suggestion": "out_features=10"}
