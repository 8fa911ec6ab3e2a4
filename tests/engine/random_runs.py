"""Runs that nobody has chosen: networks, data and optimizers of usual kinds, drawn by chance."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.engine.pathologies import Spec, dense

DATA = {
    "moons": {"samples": 200, "noise": 0.1},
    "circles": {"samples": 200},
    "spiral": {"samples": 200},
    "blobs": {"samples": 200, "classes": 3},
    "sine": {"samples": 100},
}
LOSSES = {"blobs": "cross_entropy", "sine": "mse"}
ACTIVATIONS = ("tanh", "relu", "gelu", "silu", "leaky_relu", "elu", "softplus", "mish")
OPTIMIZERS = (
    {"kind": "sgd", "lr": 0.01},
    {"kind": "sgd", "lr": 0.1},
    {"kind": "sgd", "lr": 0.3},
    {"kind": "sgd", "lr": 0.05, "momentum": 0.9},
    {"kind": "adam", "lr": 0.003},
    {"kind": "adam", "lr": 0.01},
    {"kind": "adamw", "lr": 0.01},
    {"kind": "nadam", "lr": 0.005},
    {"kind": "rmsprop", "lr": 0.003},
    {"kind": "adagrad", "lr": 0.05},
)


def draw_run(seed: int) -> Spec:
    """The spec of a run; the same one for the same seed."""
    source = np.random.default_rng(seed)

    def pick(options: Sequence[Any]) -> Any:
        return options[int(source.integers(len(options)))]

    data = pick(list(DATA))
    layers = dense(
        pick(ACTIVATIONS),
        hidden=pick((1, 2, 3, 4, 5)),
        width=pick((4, 8, 16, 32, 64)),
        outputs=3 if data == "blobs" else 1,
    )
    norm = pick((None, None, None, "batch_norm", None, None, None, "layer_norm"))
    if norm is not None:
        layers.insert(1, {"kind": norm})
    return {
        "seed": seed,
        "data": {"kind": data, **DATA[data]},
        "network": {"layers": layers},
        "loss": {"kind": LOSSES.get(data, "bce_with_logits")},
        "optimizer": pick(OPTIMIZERS),
        "batch_size": pick((None, None, 16, 32)),
    }
