import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradtape.engine.network.initializations import fill_
from gradtape.spec import parse_spec
from gradtape.spec.layers.base import ParametricLayer
from tests.engine.built_parts import build_parts
from tests.spec.raw_specs import HEAD, linear, raw_spec


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def filled(initialization: dict[str, Any], shape: tuple[int, ...] = (60, 50)) -> Tensor:
    layer = linear(4, init={"weight": initialization})
    spec = parse_spec(raw_spec(layer, HEAD)).network.layers[0]
    assert isinstance(spec, ParametricLayer)
    parameter = torch.full(shape, math.nan, dtype=torch.float64)
    fill_(parameter, spec.init.weight, generator=seeded(5))
    return parameter


SEQUENCE = {"kind": "random_normal", "samples": 4, "features": [4, 6]}
IMAGE = {"kind": "random_normal", "samples": 4, "features": [4, 8, 9]}
VOLUME = {"kind": "random_normal", "samples": 4, "features": [3, 4, 5, 6]}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("data", "layer", "build"),
    [
        (SEQUENCE, linear(5), lambda: nn.Linear(6, 5)),
        (SEQUENCE, linear(300), lambda: nn.Linear(6, 300)),
        (
            SEQUENCE,
            {"kind": "conv1d", "out_channels": 6, "groups": 2},
            lambda: nn.Conv1d(4, 6, 3, groups=2),
        ),
        (
            IMAGE,
            {"kind": "conv2d", "out_channels": 8, "kernel_size": [3, 5]},
            lambda: nn.Conv2d(4, 8, (3, 5)),
        ),
        (VOLUME, {"kind": "conv3d", "out_channels": 2}, lambda: nn.Conv3d(3, 2, 3)),
        (SEQUENCE, {"kind": "rnn", "hidden_size": 5}, lambda: nn.RNN(6, 5)),
        (
            SEQUENCE,
            {"kind": "gru", "hidden_size": 5, "num_layers": 2, "bidirectional": True},
            lambda: nn.GRU(6, 5, 2, bidirectional=True),
        ),
        (SEQUENCE, {"kind": "lstm", "hidden_size": 5}, lambda: nn.LSTM(6, 5)),
        (IMAGE, {"kind": "batch_norm"}, lambda: nn.BatchNorm2d(4)),
        (
            IMAGE,
            {"kind": "instance_norm", "affine": True},
            lambda: nn.InstanceNorm2d(4, affine=True),
        ),
        (IMAGE, {"kind": "group_norm", "num_groups": 2}, lambda: nn.GroupNorm(2, 4)),
        (SEQUENCE, {"kind": "layer_norm"}, lambda: nn.LayerNorm([4, 6])),
    ],
    ids=lambda each: each["kind"] if isinstance(each, dict) else "",
)
def test_the_default_is_torchs_own_bit_for_bit(
    data: dict[str, Any], layer: dict[str, Any], build: Any, dtype: str
) -> None:
    head = [{"kind": "flatten"}, linear(1)]
    parts = build_parts(
        raw_spec({**layer, "name": "it"}, *head, data=data, loss={"kind": "mse"}, dtype=dtype)
    )
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(parts.randomness.parameters.initial_seed())
            theirs = dict(build().named_parameters())
    finally:
        torch.set_default_dtype(before)
    ours = dict(parts.network.steps[0].module.named_parameters())
    assert list(ours) == list(theirs)
    for name, parameter in theirs.items():
        assert torch.equal(ours[name], parameter), name


def attention_parameters(layer: dict[str, Any], seed: int) -> dict[str, Tensor]:
    data = {"kind": "random_normal", "samples": 4, "features": [4, 32]}
    head = [{"kind": "flatten"}, linear(1)]
    raw = raw_spec({**layer, "name": "it"}, *head, data=data, loss={"kind": "mse"}, seed=seed)
    return dict(build_parts(raw).network.steps[0].module.named_parameters())


@pytest.mark.parametrize(
    ("layer", "build"),
    [
        ({"kind": "multihead_attention"}, lambda: nn.MultiheadAttention(32, 1)),
        (
            {"kind": "transformer_encoder_layer", "dim_feedforward": 64},
            lambda: nn.TransformerEncoderLayer(32, 1, 64),
        ),
    ],
    ids=["attention", "encoder"],
)
def test_the_defaults_of_attention_have_the_spread_of_torchs(
    layer: dict[str, Any], build: Any
) -> None:
    # torch draws them in another order; each is uniform: its largest number tells its bound.
    ours = attention_parameters(layer, seed=0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        theirs = dict(build().named_parameters())
    assert list(ours) == list(theirs)
    for name, parameter in theirs.items():
        assert ours[name].abs().max().item() == pytest.approx(
            parameter.abs().max().item(), rel=0.2
        ), name


def test_an_embedding_is_standard_normal_as_torchs() -> None:
    data = {"kind": "characters", "samples": 4}
    layers = [{"kind": "embedding", "embedding_dim": 200}, {"kind": "select"}, linear(26)]
    parts = build_parts(raw_spec(*layers, data=data, loss={"kind": "cross_entropy"}))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(parts.randomness.parameters.initial_seed())
        theirs = nn.Embedding(26, 200).weight
    assert torch.equal(next(parts.network.parameters()), theirs)


def test_a_network_of_defaults_is_the_one_that_torch_builds_from_the_same_seed() -> None:
    parts = build_parts(raw_spec(linear(8, name="a"), {"kind": "tanh"}, linear(1, name="b")))
    # The generator has been used up to here; its first state comes from the seed it was given.
    seed = parts.randomness.parameters.initial_seed()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        theirs = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    for ours, expected in zip(parts.network.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(ours, expected)


def test_zeros_and_constant_are_exact() -> None:
    assert filled({"kind": "zeros"}).eq(0).all()
    assert filled({"kind": "constant", "value": -2.5}).eq(-2.5).all()


def test_normal_has_the_mean_and_deviation_that_are_asked_for() -> None:
    values = filled({"kind": "normal", "mean": 3.0, "std": 0.5})
    # 3,000 numbers: the standard error of the mean is 0.5 / √3000 = 0.009
    assert values.mean().item() == pytest.approx(3.0, abs=0.05)
    assert values.std().item() == pytest.approx(0.5, abs=0.05)


def test_uniform_stays_between_its_ends() -> None:
    values = filled({"kind": "uniform", "low": -1.0, "high": 3.0})
    assert values.min().item() >= -1
    assert values.max().item() < 3
    assert values.mean().item() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
@pytest.mark.parametrize(
    ("initialization", "variance"),
    [
        # Glorot and Bengio 2010: Var = gain² · 2 / (fan_in + fan_out)
        ({"kind": "xavier", "gain": 2.0}, 4 * 2 / (50 + 60)),
        # He et al. 2015: Var = gain² / fan, gain² = 2 for ReLU
        ({"kind": "kaiming"}, 2 / 50),
        ({"kind": "kaiming", "mode": "fan_out"}, 2 / 60),
        ({"kind": "kaiming", "nonlinearity": "linear"}, 1 / 50),
        (
            {"kind": "kaiming", "nonlinearity": "leaky_relu", "negative_slope": 1.0},
            2 / (1 + 1) / 50,
        ),
    ],
)
def test_variances_are_those_of_the_papers(
    initialization: dict[str, Any], variance: float, distribution: str
) -> None:
    values = filled({**initialization, "distribution": distribution})
    # 3,000 numbers: the variance is known to about 1/√1500 of itself.
    assert values.var().item() == pytest.approx(variance, rel=0.12)
    if distribution == "uniform":
        assert values.abs().max().item() <= math.sqrt(3 * variance)


def test_weight_and_bias_are_filled_each_as_it_is_told() -> None:
    init = {"weight": {"kind": "constant", "value": 2.0}, "bias": {"kind": "constant"}}
    network = build_parts(raw_spec(linear(3, name="fc", init=init), HEAD)).network
    parameters = dict(network.named_parameters())
    assert parameters["fc.weight"].eq(2).all()
    assert parameters["fc.bias"].eq(1).all()


def test_an_initialization_in_one_layer_leaves_the_draws_of_the_others_alone() -> None:
    zeros = {"weight": {"kind": "zeros"}, "bias": {"kind": "zeros"}}
    plain = build_parts(raw_spec(linear(3, name="a"), linear(3, name="b"), HEAD)).network
    other = build_parts(
        raw_spec(linear(3, name="a"), linear(3, name="b", init=zeros), HEAD)
    ).network
    before, after = dict(plain.named_parameters()), dict(other.named_parameters())
    assert torch.equal(before["a.weight"], after["a.weight"])
