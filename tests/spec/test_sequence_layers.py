"""Layers for sequences and tokens: what is wrong is told at its field, with a way out."""

from typing import Any

import pytest

from gradtape.errors import LimitExceeded
from gradtape.spec import infer_shapes, parse_spec
from tests.catalogue_cases import (
    CHARACTERS,
    CLASSES,
    COPY,
    EMBEDDING,
    IMAGE,
    LOG_SHARES,
    NUMBERS,
    PLANE,
    SEQUENCE,
    VOLUME,
    experiment,
    layered,
    linear,
)
from tests.spec.raw_specs import problem_of, problems_of

GRU = {"kind": "gru", "hidden_size": 4}
LAST = {**GRU, "output": "last"}


def attention(**fields: Any) -> dict[str, Any]:
    return {"kind": "multihead_attention", **fields}


PROBLEMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a linear layer on tokens": (
        experiment(CHARACTERS, linear(26), loss=CLASSES),
        "network.layers[0]",
        "Put an embedding layer before it.",
    ),
    "an embedding of numbers": (
        layered(SEQUENCE, EMBEDDING),
        "network.layers[0]",
        "looks up tokens, but numbers arrive",
    ),
    "an embedding with too few rows": (
        experiment(CHARACTERS, {**EMBEDDING, "num_embeddings": 9}, LAST, linear(26), loss=CLASSES),
        "network.layers[0].num_embeddings",
        "Did you mean num_embeddings=26?",
    ),
    "steps that nobody asked for": (
        experiment(CHARACTERS, EMBEDDING, GRU, linear(26), loss=CLASSES),
        "network.layers[2].out_features",
        'or let layers[1] (gru) give its last state: output="last"',
    ),
    "classes last": (
        experiment(COPY, EMBEDDING, linear(5), loss=CLASSES),
        "network.layers[1]",
        "Put a permute layer with dims [0, 2, 1] at the end.",
    ),
    "other features than said": (
        layered(SEQUENCE, {**GRU, "input_size": 9}),
        "network.layers[0].input_size",
        "Did you mean input_size=4?",
    ),
    "an image into a recurrent layer": (
        layered(IMAGE, GRU),
        "network.layers[0]",
        "expects sequences of shape (samples, length, features)",
    ),
    "heads that do not divide": (
        layered(SEQUENCE, attention(num_heads=3)),
        "network.layers[0].num_heads",
        "cannot split 4 features into 3 heads",
    ),
    "heads of an encoder that do not divide": (
        layered(SEQUENCE, {"kind": "transformer_encoder_layer", "nhead": 3}),
        "network.layers[0].nhead",
        "cannot split 4 features into 3 heads",
    ),
    "two inputs of attention": (
        layered(SEQUENCE, linear(4, name="a"), attention(inputs=["a", "input"])),
        "network.layers[1].inputs",
        "takes one input, or 3 (query, key, value); got 2",
    ),
    "keys without values": (
        layered(
            SEQUENCE,
            {"kind": "adaptive_avg_pool1d", "name": "a", "output_size": 4},
            {"kind": "permute", "name": "b"},
            attention(inputs=["a", "a", "b"]),
        ),
        "network.layers[2].inputs",
        "there are 5 keys and 4 values",
    ),
    "a causal query of another length": (
        layered(
            SEQUENCE,
            {"kind": "permute", "name": "a"},
            attention(inputs=["input", "a", "a"], is_causal=True),
        ),
        "network.layers[1].is_causal",
        "only where query and key are equally long",
    ),
    "a shape with other numbers": (
        layered(IMAGE, {"kind": "reshape", "shape": [5, -1]}),
        "network.layers[0].shape",
        "cannot lay out 168 numbers per sample as (5, -1)",
    ),
    "two open sizes": (
        layered(IMAGE, {"kind": "reshape", "shape": [-1, -1]}),
        "network.layers[0].shape",
        "may leave one size open",
    ),
    "a dimension forgotten": (
        layered(IMAGE, {"kind": "permute"}),
        "network.layers[0].dims",
        "must name each dimension (0, 1, 2, 3) once",
    ),
    "the batch moved": (
        layered(IMAGE, {"kind": "permute", "dims": [1, 0, 2, 3]}),
        "network.layers[0].dims",
        "must leave dimension 0, the batch",
    ),
    "a place that is not there": (
        layered(IMAGE, {"kind": "select", "dim": 2, "index": 7}),
        "network.layers[0].index",
        "has no place 7 in dimension 2, which has 7",
    ),
    "the only dimension selected": (
        layered(NUMBERS, {"kind": "select"}),
        "network.layers[0].dim",
        "would leave one number per sample",
    ),
    "groups that do not divide": (
        layered(IMAGE, {"kind": "group_norm", "num_groups": 3}),
        "network.layers[0].num_groups",
        "cannot split 4 channels",
    ),
    "a norm of one number": (
        layered(IMAGE, {"kind": "adaptive_avg_pool2d"}, {"kind": "instance_norm"}),
        "network.layers[1]",
        "needs more than one number per channel and sample",
    ),
    "an image into a 3d convolution": (
        layered(IMAGE, {"kind": "conv3d", "out_channels": 3}),
        "network.layers[0]",
        "expects volumes of shape (samples, channels, depth, height, width)",
    ),
    "two sizes of three": (
        layered(VOLUME, {"kind": "conv3d", "out_channels": 3, "kernel_size": [1, 2]}),
        "network.layers[0].kernel_size",
        "must be a number or a list of three numbers",
    ),
    "bounds that cross": (
        layered(SEQUENCE, {"kind": "hardtanh", "min_val": 2}),
        "network.layers[0].max_val",
        "must be above min_val (2.0); got 1.0",
    ),
    "ctc of random numbers": (
        experiment(NUMBERS, linear(2), loss={"kind": "ctc"}),
        "loss.kind",
        "ctc needs a sequence of class numbers above 0",
    ),
    "ctc without log-probabilities": (
        experiment(COPY, EMBEDDING, linear(5), loss={"kind": "ctc"}),
        "loss.kind",
        "end the network in a log_softmax layer",
    ),
    "ctc with too few classes": (
        experiment(COPY, EMBEDDING, linear(4), LOG_SHARES, loss={"kind": "ctc"}),
        "network.layers[1].out_features",
        "Did you mean out_features=5?",
    ),
    "a divergence of plain numbers": (
        experiment(PLANE, linear(2), loss={"kind": "kl_div"}),
        "loss.kind",
        "end the network in a log_softmax layer",
    ),
    "hinge on any number": (
        experiment({"kind": "sine"}, linear(2), loss={"kind": "hinge"}),
        "loss.kind",
        'sine gives any number. Did you mean "mse"?',
    ),
    "hinge on sequences": (
        experiment(COPY, EMBEDDING, linear(5), {"kind": "permute"}, loss={"kind": "hinge"}),
        "loss.kind",
        "hinge takes one class per sample",
    ),
    "the direction of one number": (
        experiment({"kind": "sine"}, linear(1), loss={"kind": "cosine"}),
        "loss.kind",
        "cosine compares directions",
    ),
    "a text that is too short": (
        experiment({**CHARACTERS, "text": "abcde"}, EMBEDDING, LAST, linear(5), loss=CLASSES),
        "data.length",
        "must be below the length of the text, 5 characters; got 5",
    ),
    "one number to add": (
        experiment({"kind": "sequences", "task": "add", "length": 1}, LAST, linear(1)),
        "data.length",
        "must be at least 2 to add two numbers",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_mistake_is_told_at_its_field(name: str) -> None:
    raw, path, words = PROBLEMS[name]
    told = [problem.message for problem in problems_of(raw) if problem.path == path]
    assert any(words in message for message in told)


@pytest.mark.parametrize(
    ("y", "path"),
    [([[0.5, 0.6], [1, 0]], "data.y[0]"), ([[1, 0], [1.5, -0.5]], "data.y[1][0]")],
    ids=["sum", "range"],
)
def test_own_shares_are_between_0_and_1_and_sum_to_1(y: Any, path: str) -> None:
    data = {"kind": "inline", "x": [[1], [2]], "y": y}
    raw = experiment(data, linear(2), LOG_SHARES, loss={"kind": "kl_div"})
    assert problem_of(raw).path == path


@pytest.mark.parametrize("x", [[[1.5, 0]], [[-1, 0]], [[1e30, 0]]], ids=str)
def test_own_tokens_are_whole_numbers(x: Any) -> None:
    data = {"kind": "inline", "x": x, "y": [1], "tokens": True}
    raw = experiment(data, EMBEDDING, {"kind": "flatten"}, linear(1))
    assert problem_of(raw).path == "data.x[0][0]"


def test_the_blank_of_ctc_is_no_target() -> None:
    data = {"kind": "inline", "x": [[[1], [2], [3]]], "y": [[1, 0]]}
    raw = experiment(data, linear(2), LOG_SHARES, loss={"kind": "ctc"})
    problem = problem_of(raw)
    assert (problem.path, "class 0 is the blank" in problem.message) == ("data.y[0][1]", True)


def test_pairs_of_places_count_in_the_budget_of_attention() -> None:
    long = {"kind": "random_normal", "samples": 64, "features": [5_000, 8]}
    found = [each for each in problems_of(layered(long, attention())) if "limit" in each.details]
    assert {each.details["limit"] for each in found} == {
        "MAX_ACTIVATION_VALUES",
        "MAX_MULTIPLICATIONS",
    }
    assert all(isinstance(each, LimitExceeded) for each in found)


def test_a_recurrent_layer_has_weights_for_each_layer_and_direction() -> None:
    raw = layered(SEQUENCE, {**GRU, "num_layers": 2, "bidirectional": True})
    shapes = infer_shapes(parse_spec(raw))[0]
    # 3 gates of 4 numbers; the second layer reads both directions of the first.
    assert shapes.output == (6, 5, 8)
    assert shapes.parameters["weight_ih_l0_reverse"] == (12, 4)
    assert shapes.parameters["weight_ih_l1"] == (12, 8)
    assert len(shapes.parameters) == 16
    # 2 directions, per step 12·(4 + 4) and 12·(8 + 4) products, 6 samples of 5 steps
    assert shapes.multiplications == 2 * (12 * 8 + 12 * 12) * 6 * 5


def test_attention_projects_queries_keys_and_values_of_other_widths() -> None:
    raw = layered(
        SEQUENCE, linear(6, name="asks"), attention(num_heads=2, inputs=["asks", "input", "input"])
    )
    shapes = infer_shapes(parse_spec(raw))[1]
    assert shapes.output == (6, 5, 6)
    assert shapes.parameters["q_proj_weight"] == (6, 6)
    assert shapes.parameters["k_proj_weight"] == (6, 4)
    assert shapes.parameters["in_proj_bias"] == (18,)


def test_a_shared_recurrent_layer_must_fit() -> None:
    raw = experiment(
        SEQUENCE,
        {**GRU, "name": "a", "hidden_size": 5},
        {"kind": "gru", "name": "b", "shares": "a", "hidden_size": 5},
        {"kind": "flatten"},
        linear(1),
    )
    problem = problem_of(raw)
    assert problem.path == "network.layers[1].shares"
    assert "weight_ih_l0 of shape (15, 5)" in problem.message
