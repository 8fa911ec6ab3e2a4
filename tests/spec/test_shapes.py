from typing import Any

import pytest

from gradtape.spec import infer_shapes, parse_spec
from gradtape.spec.places import LayerShapes
from tests.spec.raw_specs import (
    HEAD,
    IMAGES,
    image_spec,
    linear,
    problem_of,
    problems_of,
    raw_spec,
)


def shapes_of(raw: Any) -> dict[str, LayerShapes]:
    return {shapes.name: shapes for shapes in infer_shapes(parse_spec(raw))}


def conv(channels: int, **fields: Any) -> dict[str, Any]:
    return {"kind": "conv2d", "out_channels": channels, **fields}


def sequence_spec(*layers: Any) -> dict[str, Any]:
    data = {"kind": "random_normal", "samples": 6, "features": [3, 10], "targets": 1}
    return raw_spec(*layers, {"kind": "flatten"}, HEAD, data=data)


def test_a_linear_layer_has_a_weight_per_pair_and_a_bias_per_output() -> None:
    shapes = shapes_of(raw_spec(linear(8, name="fc"), linear(1)))["fc"]
    assert shapes.inputs == ((20, 2),)
    assert shapes.output == (20, 8)
    assert shapes.parameters == {"weight": (8, 2), "bias": (8,)}
    assert shapes.parameter_count == 8 * 2 + 8
    assert shapes.multiplications == 20 * 8 * 2


def test_a_batch_is_never_larger_than_the_data() -> None:
    assert shapes_of(raw_spec(HEAD, batch_size=16))["head"].output == (16, 1)
    assert shapes_of(raw_spec(HEAD, batch_size=1_000))["head"].output == (20, 1)


def test_a_convolution_slides_its_kernel_over_the_padded_image() -> None:
    layer = conv(6, kernel_size=[3, 5], stride=[2, 1], padding=[1, 0], name="conv")
    shapes = shapes_of(image_spec(layer))["conv"]
    # (8 + 2·1 − 3) // 2 + 1 = 4 and (8 − 5) // 1 + 1 = 4
    assert shapes.output == (8, 6, 4, 4)
    assert shapes.parameters == {"weight": (6, 1, 3, 5), "bias": (6,)}
    assert shapes.multiplications == 8 * 6 * 4 * 4 * 15


def test_a_dilated_kernel_reaches_further() -> None:
    # a kernel of 3 spread by 2 spans 5 pixels: 8 − 5 + 1 = 4
    shapes = shapes_of(image_spec(conv(1, kernel_size=3, dilation=2, name="conv")))
    assert shapes["conv"].output == (8, 1, 4, 4)


def test_groups_divide_the_input_channels_of_a_weight() -> None:
    layers = (conv(4, kernel_size=1), conv(8, kernel_size=1, groups=2, name="grouped"))
    assert shapes_of(image_spec(*layers))["grouped"].parameters["weight"] == (8, 2, 1, 1)


def test_a_convolution_over_a_sequence_has_one_side() -> None:
    layer = {"kind": "conv1d", "out_channels": 4, "kernel_size": 3, "name": "conv"}
    shapes = shapes_of(sequence_spec(layer))["conv"]
    assert shapes.output == (6, 4, 8)
    assert shapes.parameters["weight"] == (4, 3, 3)


def test_pooling_steps_by_its_own_window() -> None:
    shapes = shapes_of(image_spec({"kind": "max_pool2d", "kernel_size": 3, "name": "pool"}))
    assert shapes["pool"].output == (8, 1, 2, 2)


def test_ceil_mode_lets_the_last_window_hang_over_the_edge() -> None:
    pool = {"kind": "avg_pool2d", "kernel_size": 3, "ceil_mode": True, "name": "pool"}
    assert shapes_of(image_spec(pool))["pool"].output == (8, 1, 3, 3)


def test_flatten_joins_all_but_the_batch() -> None:
    assert shapes_of(image_spec())["flatten"].output == (8, 64)


def test_flatten_can_join_some_dimensions_only() -> None:
    layer = {"kind": "flatten", "start_dim": 2, "name": "rows"}
    assert shapes_of(image_spec(layer))["rows"].output == (8, 1, 64)


def test_layer_norm_is_over_all_but_the_batch_unless_it_says_so() -> None:
    shapes = shapes_of(
        image_spec(
            {"kind": "layer_norm", "name": "all"},
            {"kind": "layer_norm", "name": "rows", "dimensions": 1},
        )
    )
    assert shapes["all"].parameters["weight"] == (1, 8, 8)
    assert shapes["rows"].parameters == {"weight": (8,), "bias": (8,)}


def test_batch_norm_has_a_scale_per_channel() -> None:
    shapes = shapes_of(image_spec(conv(5), {"kind": "batch_norm", "name": "norm"}))
    assert shapes["norm"].parameters == {"weight": (5,), "bias": (5,)}


def test_add_broadcasts_and_concat_grows() -> None:
    raw = raw_spec(
        linear(4, name="wide"),
        linear(1, name="narrow"),
        {"kind": "add", "name": "sum", "inputs": ["wide", "narrow"]},
        {"kind": "concat", "name": "both", "inputs": ["sum", "input", "narrow"]},
        HEAD,
    )
    shapes = shapes_of(raw)
    assert shapes["sum"].output == (20, 4)
    assert shapes["both"].output == (20, 4 + 2 + 1)
    assert shapes["head"].inputs == ((20, 7),)


def test_a_shared_layer_counts_its_parameters_nowhere_twice() -> None:
    raw = raw_spec(linear(2, name="a"), {"kind": "linear", "name": "b", "shares": "a"}, HEAD)
    shapes = shapes_of(raw)
    assert (shapes["a"].parameter_count, shapes["b"].parameter_count) == (6, 0)


def test_wrong_input_features_are_told_with_what_arrives_and_what_was_meant() -> None:
    data = {"kind": "random_normal", "samples": 8, "features": [16, 5, 5], "targets": 1}
    raw = raw_spec(
        {"kind": "relu"},
        {"kind": "relu"},
        {"kind": "flatten"},
        linear(1, in_features=576),
        data=data,
    )
    problem = problem_of(raw)
    assert problem.path == "network.layers[3]"
    assert problem.message == (
        "layers[3] (linear) expects 576 input features; layers[2] gives (8, 400) = 400 per "
        "sample. Did you mean in_features=400?"
    )
    assert problem.to_dict()["suggestion"] == "in_features=400"


def test_a_missing_flatten_layer_is_suggested() -> None:
    raw = raw_spec(linear(10, in_features=64), data=IMAGES, loss={"kind": "cross_entropy"})
    problem = problems_of(raw)[0]
    assert "the input is (8, 1, 8, 8) = 64 per sample" in problem.message
    assert "Put a flatten layer before it." in problem.message


@pytest.mark.parametrize(
    ("layer", "path", "words"),
    [
        (conv(1, kernel_size=9), "kernel_size", "window of (9, 9) over (8, 8)"),
        (conv(1, kernel_size=5, dilation=2), "kernel_size", "window of (9, 9) over (8, 8)"),
        (conv(3, groups=2), "groups", "cannot split 1 channels that arrive into 2 groups"),
        (conv(1, in_channels=3), None, "Did you mean in_channels=1?"),
        (
            {"kind": "max_pool2d", "kernel_size": 2, "padding": 2},
            "padding",
            "more than half of its window",
        ),
        ({"kind": "avg_pool2d", "kernel_size": 9}, "kernel_size", "which is smaller"),
        ({"kind": "conv1d", "out_channels": 2}, None, "(samples, channels, length)"),
        ({"kind": "flatten", "start_dim": 0}, "start_dim", "the batch"),
        ({"kind": "flatten", "start_dim": 3, "end_dim": 2}, "start_dim", "after end_dim"),
        ({"kind": "softmax", "dim": 4}, "dim", "no dimension 4"),
        ({"kind": "layer_norm", "dimensions": 4}, "dimensions", "Did you mean dimensions=3?"),
        (
            {"kind": "batch_norm", "init": {"weight": {"kind": "xavier"}}},
            "init.weight",
            "two dimensions",
        ),
    ],
)
def test_a_layer_that_cannot_take_an_image_says_what_arrives(
    layer: dict[str, Any], path: str | None, words: str
) -> None:
    problem = problem_of(image_spec(layer))
    assert problem.path == "network.layers[0]" + (f".{path}" if path else "")
    assert words in problem.message


def test_images_are_asked_for_where_points_arrive() -> None:
    problem = problem_of(raw_spec(conv(4), {"kind": "flatten"}, HEAD))
    assert problem.message == (
        "layers[0] (conv2d) expects images of shape (samples, channels, height, width); "
        "the input is (20, 2)."
    )


def test_layers_that_do_not_broadcast_cannot_be_added() -> None:
    raw = raw_spec(
        linear(3, name="a"),
        linear(4, name="b"),
        {"kind": "add", "inputs": ["a", "b"]},
        HEAD,
    )
    problem = problem_of(raw)
    assert problem.path == "network.layers[2].inputs"
    assert "layers[0] gives (20, 3), layers[1] gives (20, 4)" in problem.message


@pytest.mark.parametrize("kind", ["add", "multiply", "concat"])
def test_layers_with_different_numbers_of_dimensions_cannot_be_merged(kind: str) -> None:
    raw = image_spec(
        {"kind": "flatten", "name": "flat"}, {"kind": kind, "inputs": ["flat", "input"]}
    )
    assert "same number of dimensions" in problem_of(raw).message


def test_concat_needs_all_other_dimensions_alike() -> None:
    raw = image_spec(
        {"kind": "max_pool2d", "name": "half"},
        {"kind": "concat", "inputs": ["half", "input"]},
    )
    assert "differ in dimension 1 only" in problem_of(raw).message


def test_a_shared_weight_must_fit_what_arrives() -> None:
    raw = raw_spec(linear(8, name="a"), {"kind": "linear", "name": "b", "shares": "a"}, HEAD)
    problem = problem_of(raw)
    assert problem.path == "network.layers[1].shares"
    assert "needs a weight of shape (8, 8)" in problem.message
    assert "is (8, 2)" in problem.message


def test_shapes_are_followed_past_a_layer_that_does_not_fit() -> None:
    raw = raw_spec(linear(4, in_features=3), linear(4), linear(1, in_features=5))
    assert [problem.path for problem in problems_of(raw)] == [
        "network.layers[0]",
        "network.layers[2]",
    ]


def test_flat_samples_stay_flat_past_a_layer_that_cannot_be_read() -> None:
    raw = raw_spec({"kind": "mystery"}, linear(4), linear(1, in_features=5))
    assert [problem.path for problem in problems_of(raw)] == [
        "network.layers[0].kind",
        "network.layers[2]",
    ]


def test_batch_norm_refuses_a_last_batch_of_one() -> None:
    layers = (linear(3), {"kind": "batch_norm"}, HEAD)
    problem = problem_of(raw_spec(*layers, batch_size=19))
    assert (problem.code, problem.path) == ("batch_too_small", "network.layers[1]")
    assert "20 samples in batches of 19" in problem.message
    parse_spec(raw_spec(*layers, batch_size=18))
