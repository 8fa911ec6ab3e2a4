"""Every kind of layer and loss beside the plain torch module with the same parameters."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from gradtape.engine.experiment import Experiment
from gradtape.engine.network.losses import build_loss
from gradtape.spec import catalog, infer_shapes, parse_spec
from tests.catalogue_cases import CASES, DATA, LAYERS, LOSSES, SHARED
from tests.engine.built_parts import build_parts

Use = Callable[..., Tensor]


def first(module: nn.Module) -> Use:
    """What a recurrent layer gives first: the states at all steps."""
    return lambda x: module(x)[0]


def end(module: Any) -> Use:
    """The state that a recurrent layer ends with, of the last layer, both directions."""

    def use(x: Tensor) -> Tensor:
        state = module(x)[1]
        state = state[0] if isinstance(state, tuple) else state
        return torch.cat(list(state[-2 if module.bidirectional else -1 :]), dim=-1)

    return use


def attention(module: nn.Module, *, is_causal: bool = False) -> Use:
    """Attention whose mask is −∞ where a place must not be seen."""

    def use(*inputs: Tensor) -> Tensor:
        query, key, value = inputs * 3 if len(inputs) == 1 else inputs
        mask = nn.Transformer.generate_square_subsequent_mask(query.shape[1], dtype=query.dtype)
        return module(query, key, value, attn_mask=mask if is_causal else None)[0]

    return use


def causal_encoder(module: nn.Module) -> Use:
    def use(x: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
        return module(x, src_mask=mask)

    return use


def plain(module: nn.Module) -> Use:
    return module


Plain = tuple[Callable[[], nn.Module], Callable[[Any], Use]]

PLAIN: dict[str, Plain] = {
    "linear": (lambda: nn.Linear(4, 3, bias=False), plain),
    "embedding": (lambda: nn.Embedding(26, 4), plain),
    "conv1d": (lambda: nn.Conv1d(4, 6, 3, 2, 2, 2, 2), plain),
    "conv2d": (lambda: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2), plain),
    "conv3d": (
        lambda: nn.Conv3d(2, 4, (3, 2, 1), (1, 2, 1), (1, 0, 1), (2, 1, 1), 2, bias=False),
        plain,
    ),
    "rnn": (lambda: nn.RNN(4, 3, batch_first=True), first),
    "rnn relu": (
        lambda: nn.RNN(4, 3, nonlinearity="relu", bias=False, batch_first=True),
        end,
    ),
    "lstm": (lambda: nn.LSTM(4, 3, batch_first=True), first),
    "lstm both ways": (lambda: nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True), end),
    "gru": (lambda: nn.GRU(4, 3, batch_first=True), end),
    "gru both ways": (lambda: nn.GRU(4, 3, 2, batch_first=True, bidirectional=True), end),
    "attention": (lambda: nn.MultiheadAttention(4, 2, batch_first=True), attention),
    "causal attention": (
        lambda: nn.MultiheadAttention(4, 2, bias=False, batch_first=True),
        lambda module: attention(module, is_causal=True),
    ),
    "attention of three": (
        lambda: nn.MultiheadAttention(6, 2, kdim=3, vdim=4, batch_first=True),
        attention,
    ),
    "encoder": (
        lambda: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True),
        plain,
    ),
    "causal encoder": (
        lambda: nn.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu", batch_first=True, norm_first=True),
        causal_encoder,
    ),
    "max_pool1d": (lambda: nn.MaxPool1d(3, 2, 1, ceil_mode=True), plain),
    "max_pool2d": (lambda: nn.MaxPool2d(2, dilation=2), plain),
    "max_pool3d": (lambda: nn.MaxPool3d(2, padding=(1, 0, 1)), plain),
    "avg_pool1d": (lambda: nn.AvgPool1d(2, padding=1, count_include_pad=False), plain),
    "avg_pool2d": (lambda: nn.AvgPool2d(2, ceil_mode=True), plain),
    "avg_pool3d": (lambda: nn.AvgPool3d(2, 1), plain),
    "adaptive_avg_pool1d": (lambda: nn.AdaptiveAvgPool1d(4), plain),
    "adaptive_avg_pool2d": (lambda: nn.AdaptiveAvgPool2d((3, 2)), plain),
    "adaptive_avg_pool3d": (lambda: nn.AdaptiveAvgPool3d(1), plain),
    "flatten": (lambda: nn.Flatten(2), plain),
    "reshape": (lambda: nn.Identity(), lambda _: lambda x: x.view(6, 7, 2, 12)),
    "permute": (lambda: nn.Identity(), lambda _: lambda x: torch.permute(x, (0, 3, 1, 2))),
    "select": (lambda: nn.Identity(), lambda _: lambda x: x[:, :, 5]),
    "batch_norm": (lambda: nn.BatchNorm3d(2), plain),
    "layer_norm": (lambda: nn.LayerNorm(4), plain),
    "instance_norm": (
        lambda: nn.InstanceNorm1d(4, affine=True, track_running_stats=True),
        plain,
    ),
    "instance_norm2d": (lambda: nn.InstanceNorm2d(4, eps=1e-3), plain),
    "instance_norm3d": (lambda: nn.InstanceNorm3d(2, affine=True), plain),
    "group_norm": (lambda: nn.GroupNorm(2, 4), plain),
    "relu": (lambda: nn.ReLU(), plain),
    "leaky_relu": (lambda: nn.LeakyReLU(0.3), plain),
    "elu": (lambda: nn.ELU(0.7), plain),
    "gelu": (lambda: nn.GELU("tanh"), plain),
    "silu": (lambda: nn.SiLU(), plain),
    "mish": (lambda: nn.Mish(), plain),
    "softplus": (lambda: nn.Softplus(2.0, 1.0), plain),
    "sigmoid": (lambda: nn.Sigmoid(), plain),
    "tanh": (lambda: nn.Tanh(), plain),
    "hardtanh": (lambda: nn.Hardtanh(-0.5, 0.7), plain),
    "softmax": (lambda: nn.Softmax(1), plain),
    "log_softmax": (lambda: nn.LogSoftmax(-1), plain),
    "add": (lambda: nn.Identity(), lambda _: lambda x, y: x + y),
    "multiply": (lambda: nn.Identity(), lambda _: lambda x, y: x * y),
    "concat": (lambda: nn.Identity(), lambda _: lambda x, y: torch.cat([x, y], 1)),
}


def run(use: Use, module: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    """The output, and the gradients of every input and parameter for one random direction."""
    leaves = [
        each.clone().requires_grad_() if each.is_floating_point() else each for each in inputs
    ]
    output = use(*leaves)
    direction = torch.randn(output.shape, generator=torch.Generator().manual_seed(2))
    learned = [*filter(lambda leaf: leaf.requires_grad, leaves), *module.parameters()]
    return [output, *torch.autograd.grad(output, learned, direction.to(output.dtype))]


@contextmanager
def without_onednn() -> Iterator[None]:
    """Its LSTM is one op with other last digits; without it nn.LSTM runs torch's own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="TF32 acceleration")  # on GPUs that are not here
        with torch.backends.mkldnn.flags(enabled=False):
            yield


def arriving(name: str, dtype: str) -> tuple[nn.Module, list[Tensor]]:
    """The layer `it` of a case, and what arrives at it."""
    parts = build_parts({**LAYERS[name], "dtype": dtype})
    values = {"input": parts.data.x}
    for step in parts.network.steps:
        inputs = [values[each].detach() for each in step.inputs]
        if step.name == "it":
            return step.module, inputs
        values[step.name] = step.module(*inputs)
    raise AssertionError(name)


def beside_torch(name: str, dtype: str) -> tuple[list[Tensor], list[Tensor]]:
    """Output and gradients of a case's layer, and those of torch's with the same parameters."""
    ours, inputs = arriving(name, dtype)
    build, take = PLAIN[name]
    theirs = build().to(getattr(torch, dtype))
    theirs.load_state_dict(ours.state_dict())
    return run(ours, ours, inputs), run(take(theirs), theirs, inputs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [name for name in LAYERS if "lstm" not in name])
def test_a_layer_is_torchs_bit_for_bit_forward_and_backward(name: str, dtype: str) -> None:
    ours, theirs = beside_torch(name, dtype)
    assert all(map(torch.equal, ours, theirs))


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-13)])
@pytest.mark.parametrize("name", ["lstm", "lstm both ways"])
def test_an_lstm_is_torchs_and_differs_in_the_order_of_sums_alone(
    name: str, dtype: str, tolerance: float
) -> None:
    # torch multiplies the inputs of all steps by the weight at once, and sums the weight's gradient
    # over the steps in one product; cell by cell they come one after the other.
    with without_onednn():
        ours, theirs = beside_torch(name, dtype)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=tolerance, atol=tolerance)


def test_an_lstm_is_a_chain_of_torchs_cells_bit_for_bit() -> None:
    ours, (x,) = arriving("lstm", "float32")
    cell = nn.LSTMCell(4, 3)
    cell.load_state_dict({name[:-3]: value for name, value in ours.state_dict().items()})

    def chain(x: Tensor) -> Tensor:
        state = torch.zeros(6, 3), torch.zeros(6, 3)
        states = []
        for step in x.unbind(1):
            state = cell(step, state)
            states.append(state[0])
        return torch.stack(states, 1)

    assert all(map(torch.equal, run(ours, ours, [x]), run(chain, cell, [x])))


def test_every_layer_and_loss_in_the_catalogue_is_among_the_cases() -> None:
    used = [parse_spec(raw) for raw in CASES.values()]
    layers = {layer.kind for spec in used for layer in spec.network.layers}
    # What dropout draws is compared with torch in test_layers.py.
    assert {entry.kind for entry in catalog().layers} == layers | {"dropout"}
    assert {entry.kind for entry in catalog().losses} == {spec.loss.kind for spec in used}


@pytest.mark.parametrize("name", CASES)
def test_shapes_of_outputs_and_parameters_are_those_that_were_inferred(name: str) -> None:
    parts = build_parts(CASES[name])
    count = parts.spec.batch_size or parts.data.samples
    values = {"input": parts.data.x[:count]}
    for step, shapes in zip(parts.network.steps, infer_shapes(parts.spec), strict=True):
        values[step.name] = step.module(*(values[each] for each in step.inputs))
        assert values[step.name].shape == shapes.output
        parameters = {name: tuple(each.shape) for name, each in step.module.named_parameters()}
        assert list(parameters.items()) == list(shapes.parameters.items())


def ctc(output: Tensor, targets: Tensor) -> Tensor:
    lengths = torch.full((6,), 6), torch.full((6,), 3)
    return functional.ctc_loss(output.permute(1, 0, 2), targets, *lengths)


PLAIN_LOSSES: dict[str, Use] = {
    "mse": nn.MSELoss(),
    "l1": nn.L1Loss(reduction="sum"),
    "huber": nn.HuberLoss(delta=0.5),
    "smooth_l1": nn.SmoothL1Loss(beta=0.5),
    "cosine": lambda x, y: functional.cosine_embedding_loss(x, y, torch.ones(6)),
    "bce": nn.BCELoss(),
    "bce_with_logits": nn.BCEWithLogitsLoss(),
    "cross_entropy": nn.CrossEntropyLoss(),
    "nll": nn.NLLLoss(),
    "hinge": nn.MultiMarginLoss(p=2, margin=0.5),
    "kl_div": nn.KLDivLoss(reduction="batchmean"),
    "ctc": ctc,
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_torchs_bit_for_bit_forward_and_backward(name: str) -> None:
    parts = build_parts(LOSSES[name])
    output = parts.network(parts.data.x).detach()
    results = []
    for loss in (build_loss(parts.spec.loss), PLAIN_LOSSES[name]):
        leaf = output.clone().requires_grad_()
        value = loss(leaf, parts.data.y)
        results.append((value, *torch.autograd.grad(value, leaf)))
    ours, theirs = results
    assert all(map(torch.equal, ours, theirs))


# PyTorch says of _ctc_loss that the shape of its result depends on numbers.
NOT_FROM_ITS_OPS = ("ctc",)


@pytest.mark.parametrize("name", [*LAYERS, *LOSSES, *DATA, *SHARED])
def test_a_case_repeats_its_structure_and_runs_from_its_ops(name: str) -> None:
    experiment = Experiment(parse_spec(CASES[name]))
    hashes = [experiment.record_iteration().structure.hash for _ in range(5)]
    plain_run = Experiment(parse_spec(CASES[name]))
    for _ in range(5):
        plain_run.train_iteration()
    assert experiment.metrics().loss == plain_run.metrics().loss
    if experiment.spec.batch_size is None:
        assert len(set(hashes)) == 1
        known = experiment._learner._known.newest
        assert known is not None
        assert (known.rerun is None) == (name in NOT_FROM_ITS_OPS)
