from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from gradtape.engine.network.layers import Shared
from gradtape.engine.network.network import Network
from gradtape.errors import InvalidSpec
from gradtape.spec import examples, infer_shapes, parse_spec
from tests.engine.built_parts import build_parts
from tests.spec.raw_specs import HEAD, image_spec, linear, raw_spec


def weights(network: Network) -> dict[str, Tensor]:
    return dict(network.named_parameters())


def test_a_chain_computes_what_its_formulas_say() -> None:
    parts = build_parts(
        raw_spec(linear(8, name="fc1"), {"kind": "tanh"}, linear(1, name="fc2"), dtype="float64")
    )
    w = weights(parts.network)
    hidden = torch.tanh(parts.data.x @ w["fc1.weight"].T + w["fc1.bias"])
    expected = hidden @ w["fc2.weight"].T + w["fc2.bias"]
    torch.testing.assert_close(parts.network(parts.data.x), expected, rtol=0, atol=1e-14)


def test_wiring_is_followed_and_not_the_order_alone() -> None:
    parts = build_parts(
        raw_spec(
            linear(2, name="a"),
            linear(2, name="b", inputs=["input"]),
            {"kind": "multiply", "name": "gate", "inputs": ["a", "b"]},
            {"kind": "add", "name": "skip", "inputs": ["gate", "input", "a"]},
            {"kind": "concat", "inputs": ["skip", "b"]},
            linear(1, name="head"),
            dtype="float64",
        )
    )
    x, w = parts.data.x, weights(parts.network)
    a = x @ w["a.weight"].T + w["a.bias"]
    b = x @ w["b.weight"].T + w["b.bias"]
    joined = torch.cat([a * b + x + a, b], dim=1)
    expected = joined @ w["head.weight"].T + w["head.bias"]
    torch.testing.assert_close(parts.network(x), expected, rtol=0, atol=1e-14)


def test_a_small_convolutional_network_is_the_one_written_in_torch() -> None:
    parts = build_parts(
        image_spec(
            {"kind": "conv2d", "name": "conv", "out_channels": 4, "kernel_size": 3, "padding": 1},
            {"kind": "relu"},
            {"kind": "max_pool2d"},
        )
    )
    w = weights(parts.network)
    pooled = functional.max_pool2d(
        functional.relu(functional.conv2d(parts.data.x, w["conv.weight"], w["conv.bias"], 1, 1)), 2
    )
    expected = functional.linear(pooled.flatten(1), w["head.weight"], w["head.bias"])
    assert torch.equal(parts.network(parts.data.x), expected)


def test_parameters_are_named_by_their_layer() -> None:
    network = build_parts(raw_spec(linear(2, name="fc1"), {"kind": "batch_norm"}, HEAD)).network
    assert [name for name, _ in network.named_parameters()] == [
        "fc1.weight",
        "fc1.bias",
        "batch_norm.weight",
        "batch_norm.bias",
        "head.weight",
        "head.bias",
    ]
    assert [name for name, _ in network.named_buffers()] == [
        "batch_norm.running_mean",
        "batch_norm.running_var",
        "batch_norm.num_batches_tracked",
    ]


@pytest.mark.parametrize("name", ["forward", "train", "steps", "parameters", "training", "modules"])
def test_a_layer_may_have_the_name_of_one_of_torchs_methods(name: str) -> None:
    parts = build_parts(raw_spec(linear(2, name=name), HEAD))
    assert f"{name}.weight" in weights(parts.network)
    assert f"{name}.weight" in parts.network.state_dict()
    assert parts.network(parts.data.x).shape == (20, 1)


def test_steps_tell_name_module_and_inputs_in_order() -> None:
    network = build_parts(
        raw_spec(linear(2, name="a"), {"kind": "add", "inputs": ["a", "input"]}, HEAD)
    ).network
    assert [(step.name, type(step.module).__name__, step.inputs) for step in network.steps] == [
        ("a", "Linear", ("input",)),
        ("add", "Add", ("a", "input")),
        ("head", "Linear", ("add",)),
    ]


def test_shared_weights_are_one_tensor_and_receive_both_gradients() -> None:
    shared = [
        linear(2, name="a"),
        {"kind": "linear", "name": "b", "shares": "a"},
        {"kind": "linear", "name": "c", "shares": "b"},
    ]
    parts = build_parts(raw_spec(*shared, HEAD, dtype="float64"))
    x, w = parts.data.x, weights(parts.network)
    assert list(w) == ["a.weight", "a.bias", "head.weight", "head.bias"]
    assert isinstance(parts.network.steps[2].module, Shared)
    assert parts.network.steps[2].module.original is parts.network.steps[0].module

    parts.network(x).sum().backward()
    copies = [w["a.weight"].detach().clone().requires_grad_() for _ in range(3)]
    hidden = x
    for copy in copies:
        hidden = hidden @ copy.T + w["a.bias"].detach()
    (hidden @ w["head.weight"].detach().T).sum().backward()
    expected = sum(copy.grad for copy in copies if copy.grad is not None)
    torch.testing.assert_close(w["a.weight"].grad, expected, rtol=1e-12, atol=0)


ACTIVATIONS: dict[str, tuple[dict[str, Any], nn.Module]] = {
    "relu": ({}, nn.ReLU()),
    "leaky_relu": ({"negative_slope": 0.2}, nn.LeakyReLU(0.2)),
    "elu": ({"alpha": 0.7}, nn.ELU(0.7)),
    "gelu": ({"approximate": "tanh"}, nn.GELU("tanh")),
    "silu": ({}, nn.SiLU()),
    "sigmoid": ({}, nn.Sigmoid()),
    "tanh": ({}, nn.Tanh()),
    "softmax": ({"dim": 1}, nn.Softmax(1)),
    "log_softmax": ({}, nn.LogSoftmax(-1)),
    "flatten": ({"start_dim": 2}, nn.Flatten(2)),
    "layer_norm": ({"eps": 0.1}, nn.LayerNorm([1, 8, 8], 0.1)),
    "batch_norm": ({"eps": 0.1, "momentum": 0.5}, nn.BatchNorm2d(1, 0.1, 0.5)),
    "max_pool2d": ({"kernel_size": [3, 2], "padding": 1}, nn.MaxPool2d((3, 2), padding=1)),
    "avg_pool2d": (
        {"stride": 1, "padding": 1, "count_include_pad": False},
        nn.AvgPool2d(2, 1, 1, count_include_pad=False),
    ),
}


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_each_kind_is_torchs_layer_with_its_settings(kind: str) -> None:
    fields, theirs = ACTIVATIONS[kind]
    parts = build_parts(image_spec({"kind": kind, "name": "layer", **fields}))
    ours = parts.network.steps[0].module
    x = parts.data.x - 0.3
    assert torch.equal(ours(x), theirs(x))


@pytest.mark.parametrize(("features", "expected"), [(3, nn.BatchNorm1d), ([3, 4], nn.BatchNorm1d)])
def test_batch_norm_is_1d_where_no_image_arrives(features: Any, expected: type) -> None:
    data = {"kind": "random_normal", "samples": 4, "features": features}
    layers = ({"kind": "batch_norm"}, {"kind": "flatten"}, HEAD)
    network = build_parts(raw_spec(*layers, data=data)).network
    assert type(network.steps[0].module) is expected


def test_running_statistics_begin_as_torchs_do() -> None:
    norm = build_parts(raw_spec({"kind": "batch_norm"}, HEAD)).network.steps[0].module
    theirs = nn.BatchNorm1d(2)
    for name, buffer in theirs.named_buffers():
        assert torch.equal(norm.get_buffer(name), buffer)


def test_dropout_draws_from_the_training_source_only() -> None:
    parts = build_parts(raw_spec({"kind": "dropout"}, HEAD))
    dropout = parts.network.steps[0].module
    before = parts.randomness.training.get_state()
    once = dropout(parts.data.x)
    parts.randomness.training.set_state(before)
    assert torch.equal(dropout(parts.data.x), once)


def test_every_device_begins_with_the_same_numbers_in_each_precision() -> None:
    for dtype in (torch.float32, torch.float64):
        parts = build_parts(raw_spec(HEAD, dtype=str(dtype).removeprefix("torch.")))
        assert {parameter.dtype for parameter in parts.network.parameters()} == {dtype}
        assert parts.data.x.dtype == dtype


WINDOWS = st.fixed_dictionaries(
    {
        "kernel_size": st.lists(st.integers(1, 4), min_size=2, max_size=2),
        "stride": st.lists(st.integers(1, 3), min_size=2, max_size=2),
        "padding": st.lists(st.integers(0, 3), min_size=2, max_size=2),
    }
)
SIDES = st.tuples(st.integers(1, 9), st.integers(1, 9))


def spec_on_images(layer: dict[str, Any], channels: int, sides: tuple[int, int]) -> dict[str, Any]:
    data = {"kind": "random_normal", "samples": 2, "features": [channels, *sides]}
    return raw_spec({"name": "layer", **layer}, {"kind": "flatten"}, HEAD, data=data)


def agree_on_shape(raw: dict[str, Any], x: Tensor, theirs: nn.Module) -> None:
    """Either both take the input and agree on the output's shape, or both refuse."""
    try:
        expected = tuple(theirs(x).shape)
    except RuntimeError:
        expected = None
    try:
        inferred = infer_shapes(parse_spec(raw))[0].output
    except InvalidSpec:
        inferred = None
    assert inferred == expected


def as_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }


@settings(max_examples=150)
@given(WINDOWS, SIDES, st.integers(1, 2), st.sampled_from([1, 2, 3]), st.sampled_from([1, 2]))
def test_inferred_shapes_of_convolutions_are_torchs(
    window: dict[str, Any], sides: tuple[int, int], dilation: int, channels: int, groups: int
) -> None:
    assume(channels % groups == 0)
    fields = {**window, "dilation": dilation, "groups": groups}
    layer = {"kind": "conv2d", "out_channels": 4, **fields}
    theirs = nn.Conv2d(channels, 4, **as_tuples(fields))
    raw = spec_on_images(layer, channels, sides)
    agree_on_shape(raw, torch.zeros(2, channels, *sides), theirs)


@settings(max_examples=150)
@given(WINDOWS, SIDES, st.integers(1, 2), st.booleans())
def test_inferred_shapes_of_max_pooling_are_torchs(
    window: dict[str, Any], sides: tuple[int, int], dilation: int, ceil_mode: bool
) -> None:
    fields = {**window, "dilation": dilation, "ceil_mode": ceil_mode}
    theirs = nn.MaxPool2d(**as_tuples(fields))
    raw = spec_on_images({"kind": "max_pool2d", **fields}, 1, sides)
    agree_on_shape(raw, torch.zeros(2, 1, *sides), theirs)


@settings(max_examples=150)
@given(WINDOWS, SIDES, st.booleans())
def test_inferred_shapes_of_average_pooling_are_torchs(
    window: dict[str, Any], sides: tuple[int, int], ceil_mode: bool
) -> None:
    fields = {**window, "ceil_mode": ceil_mode}
    theirs = nn.AvgPool2d(**as_tuples(fields))
    raw = spec_on_images({"kind": "avg_pool2d", **fields}, 1, sides)
    agree_on_shape(raw, torch.zeros(2, 1, *sides), theirs)


@pytest.mark.parametrize("key", examples())
def test_inferred_shapes_of_an_example_are_those_that_run(key: str) -> None:
    example_parts = build_parts(examples()[key].spec)
    x, _ = example_parts.data.batch(0, example_parts.spec.batch_size)
    values = {"input": x}
    shapes = infer_shapes(example_parts.spec)
    for step, inferred in zip(example_parts.network.steps, shapes, strict=True):
        arriving = [values[name] for name in step.inputs]
        values[step.name] = step.module(*arriving)
        assert inferred.inputs == tuple(tuple(value.shape) for value in arriving)
        assert inferred.output == tuple(values[step.name].shape)
        own = {name: tuple(value.shape) for name, value in step.module.named_parameters()}
        assert inferred.parameters == own
