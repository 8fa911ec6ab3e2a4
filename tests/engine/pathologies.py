"""Ten runs that are ill, each in one known way, and twelve that are healthy."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

import gradtape
from gradtape.library.tape import Tape
from gradtape.spec import examples

Spec = dict[str, Any]


def linear(name: str, outputs: int, **fields: Any) -> Spec:
    return {"kind": "linear", "name": name, "out_features": outputs, **fields}


def filled(weight: Spec, bias: Spec | None = None) -> Spec:
    return {"init": {"weight": weight} | ({} if bias is None else {"bias": bias})}


def dense(activation: str, *, hidden: int, width: int, outputs: int = 1) -> list[Spec]:
    """fc1, act1, fc2, act2, …, out."""
    layers: list[Spec] = []
    for number in range(1, hidden + 1):
        layers += [linear(f"fc{number}", width), {"kind": activation, "name": f"act{number}"}]
    return [*layers, linear("out", outputs)]


@dataclass(frozen=True)
class Pathology:
    """An ill run.

    Attributes:
        iterations: after which it is diagnosed.
        kind: what it has to be called.
        layer: where.
    """

    name: str
    spec: Spec
    iterations: int
    kind: str
    layer: str | None


MOONS: Spec = {"kind": "moons", "samples": 100, "noise": 0.1}
ZERO, NORMAL = {"kind": "zeros"}, {"kind": "normal", "std": 1.0}

PATHOLOGIES = (
    Pathology(
        "20 sigmoid layers",
        {
            "data": MOONS,
            "network": {"layers": dense("sigmoid", hidden=20, width=16)},
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "sgd", "lr": 0.5},
        },
        iterations=20,
        kind="vanishing_gradient",
        layer="fc1",
    ),
    Pathology(
        "rate too large",
        {
            "data": MOONS,
            "network": {"layers": dense("tanh", hidden=2, width=8)},
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "sgd", "lr": 100.0},
        },
        iterations=40,
        kind="oscillation",
        layer="out",
    ),
    Pathology(
        "zero initialization",
        {
            "data": MOONS,
            "network": {
                "layers": [
                    linear("fc1", 8, **filled(ZERO, ZERO)),
                    {"kind": "tanh", "name": "act1"},
                    linear("out", 1, **filled(ZERO, ZERO)),
                ]
            },
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "sgd", "lr": 0.5},
        },
        iterations=20,
        kind="symmetric_initialization",
        layer="fc1",
    ),
    Pathology(
        "dead ReLUs",
        {
            "data": MOONS,
            "network": {
                "layers": [
                    linear("fc1", 16),
                    {"kind": "relu", "name": "act1"},
                    linear(
                        "fc2",
                        16,
                        **filled({"kind": "default"}, {"kind": "constant", "value": -10.0}),
                    ),
                    {"kind": "relu", "name": "act2"},
                    linear("out", 1),
                ]
            },
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "sgd", "lr": 0.1},
        },
        iterations=20,
        kind="dead_relu",
        layer="act2",
    ),
    Pathology(
        "coin-flip labels",
        {
            "data": {"kind": "random_uniform", "samples": 1000, "features": 16, "targets": 1},
            "network": {
                "layers": [
                    linear("fc1", 64, **filled({"kind": "uniform", "low": 0, "high": 0.01})),
                    {"kind": "sigmoid", "name": "act1"},
                    linear("out", 1, **filled({"kind": "uniform", "low": 0, "high": 0.01})),
                    {"kind": "sigmoid", "name": "act2"},
                ]
            },
            "loss": {"kind": "bce"},
            "optimizer": {"kind": "sgd", "lr": 0.1},
            "batch_size": 50,
        },
        iterations=400,
        kind="loss_plateau",
        layer="out",
    ),
    Pathology(
        "exploding recurrent net",
        {
            "data": {"kind": "characters", "samples": 64, "length": 30},
            "network": {
                "layers": [
                    {"kind": "embedding", "name": "letters", "embedding_dim": 8},
                    {
                        "kind": "rnn",
                        "name": "rnn",
                        "hidden_size": 32,
                        "nonlinearity": "relu",
                        "output": "last",
                        **filled({"kind": "normal", "std": 0.35}),
                    },
                    linear("next", 26),
                ]
            },
            "loss": {"kind": "cross_entropy"},
            "optimizer": {"kind": "sgd", "lr": 0.01},
        },
        iterations=5,
        kind="exploding_gradient",
        layer="rnn",
    ),
    Pathology(
        "saturated tanh",
        {
            "data": MOONS,
            "network": {
                "layers": [
                    linear("fc1", 16),
                    {"kind": "tanh", "name": "act1"},
                    linear("fc2", 16, **filled({"kind": "normal", "std": 30.0})),
                    {"kind": "tanh", "name": "act2"},
                    linear("out", 1),
                ]
            },
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "sgd", "lr": 0.1},
        },
        iterations=20,
        kind="saturation",
        layer="act2",
    ),
    Pathology(
        "label shift",
        {
            "data": {
                "kind": "inline",
                "x": [[step / 10] for step in range(-30, 31)],
                "y": [[1000 + math.sin(step / 10)] for step in range(-30, 31)],
            },
            "network": {"layers": dense("tanh", hidden=2, width=16)},
            "loss": {"kind": "mse"},
            "optimizer": {"kind": "adam", "lr": 0.01},
        },
        iterations=100,
        kind="label_shift",
        layer="out",
    ),
)
"""Eight that a spec can say. Label shift: the targets are a sine that lies around 1000, so that for
thousands of iterations nothing but the last bias is learned."""


class Classifier(nn.Module):
    """Two linear layers and a softmax, for loops of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(2, 8)
        self.fc2 = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.fc2(torch.tanh(self.fc1(x))), dim=-1)


def loop_without_zero_grad() -> Tape:
    """Three iterations; the gradients of each are added to those of the ones before."""
    torch.manual_seed(0)
    network, x = Classifier(), torch.randn(32, 2)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    with gradtape.record(network, every=1) as tape:
        for _ in range(3):
            network(x)[:, 0].mean().backward()
            optimizer.step()
    return tape


def logarithm_of_zero() -> Tape:
    """A loss by hand: −log p, where one p is so sure of the wrong class that it is 0."""
    torch.manual_seed(0)
    network, x = Classifier(), torch.randn(32, 2)
    with torch.no_grad():
        network.fc2.bias.copy_(torch.tensor([200.0, 0.0]))
    with gradtape.record(network) as tape:
        (-torch.log(network(x)[:, 1])).mean().backward()
    return tape


LOOPS: tuple[tuple[Callable[[], Tape], str, str], ...] = (
    (loop_without_zero_grad, "accumulated_gradients", "fc2"),
    (logarithm_of_zero, "non_finite", "log"),
)
"""Two that only code of one's own can do, with kind and layer."""


def _healthy() -> dict[str, Spec]:
    own: dict[str, Spec] = {
        "relu with momentum": {
            "data": {"kind": "circles", "samples": 200},
            "network": {"layers": dense("relu", hidden=3, width=16)},
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "sgd", "lr": 0.05, "momentum": 0.9},
            "batch_size": 32,
        },
        "mini-batches with rmsprop, dropout and batch norm": {
            "data": {"kind": "blobs", "samples": 300, "classes": 4},
            "network": {
                "layers": [
                    linear("fc1", 32),
                    {"kind": "batch_norm", "name": "norm"},
                    {"kind": "gelu", "name": "act1"},
                    {"kind": "dropout", "p": 0.2},
                    linear("out", 4),
                ]
            },
            "loss": {"kind": "cross_entropy"},
            "optimizer": {"kind": "rmsprop", "lr": 0.003},
            "batch_size": 30,
        },
    }
    shown = {key: example.spec.model_dump(mode="json") for key, example in examples().items()}
    return {key: spec for key, spec in shown.items() if key != "vanishing"} | own


HEALTHY = _healthy()
"""The ten examples that are meant to learn, and two more."""
