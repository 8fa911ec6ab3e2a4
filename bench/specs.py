"""The specs that the server's figures are taken with."""

from typing import Any

TWO_LAYER: dict[str, Any] = {
    "name": "two-layer",
    "seed": 0,
    "device": "cpu",
    "dtype": "float32",
    "data": {"kind": "random_normal", "samples": 64, "features": 1000, "targets": 10},
    "network": {
        "layers": [
            {
                "kind": "linear",
                "name": "fc1",
                "out_features": 100,
                "bias": False,
                "init": {"weight": {"kind": "normal", "std": 1.0}},
            },
            {"kind": "relu"},
            {
                "kind": "linear",
                "name": "fc2",
                "out_features": 10,
                "bias": False,
                "init": {"weight": {"kind": "normal", "std": 1.0}},
            },
        ]
    },
    "loss": {"kind": "mse", "reduction": "sum"},
    "optimizer": {"kind": "sgd", "lr": 1e-6},
    "batch_size": None,
}
"""Linear 1000→100, ReLU, Linear 100→10 on 64 samples: the example of the API's description."""

PLAYGROUND: dict[str, Any] = {
    "name": "playground",
    "seed": 0,
    "data": {"kind": "circles", "samples": 250, "noise": 0.05},
    "network": {
        "layers": [
            {"kind": "linear", "out_features": 4},
            {"kind": "tanh"},
            {"kind": "linear", "out_features": 2},
            {"kind": "tanh"},
            {"kind": "linear", "out_features": 1},
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "sgd", "lr": 0.03},
    "batch_size": 10,
}
"""What TensorFlow Playground opens with: 2-4-2-1, tanh, 250 points of two circles, batches of 10"""
