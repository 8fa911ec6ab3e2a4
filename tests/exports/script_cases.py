"""Specs for exported programs: together they use every kind that a spec knows."""

from typing import Any

from gradtape.spec import examples
from tests import catalogue_cases

Raw = dict[str, Any]

OUT: Raw = {"kind": "linear", "name": "out", "out_features": 1}
FLAT: Raw = {"kind": "random_normal", "samples": 10, "features": 6, "targets": 1}
SEQUENCE: Raw = {"kind": "random_uniform", "samples": 6, "features": [2, 9], "low": -1, "high": 2}
IMAGES: Raw = {"kind": "random_normal", "samples": 6, "features": [2, 8, 8]}
FLATTEN: Raw = {"kind": "flatten"}


def spec(*layers: Raw, **parts: Any) -> Raw:
    """A spec that ends in one number per sample, unless it says otherwise."""
    return {
        "data": FLAT,
        "network": {"layers": [*layers, OUT]},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "sgd", "lr": 0.05},
        **parts,
    }


def linear(outputs: int, **fields: Any) -> Raw:
    return {"kind": "linear", "out_features": outputs, **fields}


def initialized(**init: Raw) -> Raw:
    return spec(linear(8, name="fc1", init=init))


def optimized(kind: str, **options: Any) -> Raw:
    return spec(linear(4), {"kind": "tanh"}, optimizer={"kind": kind, **options})


def classified(data: Raw, loss: Raw, width: int, *layers: Raw) -> Raw:
    network = {"layers": [FLATTEN, linear(width, name="out"), *layers]}
    return spec(data=data, loss=loss, network=network)


LAYERS: dict[str, Raw] = {
    "linear without bias": spec(linear(5, bias=False)),
    "conv1d": spec(
        {"kind": "conv1d", "out_channels": 4, "padding": 1, "stride": 2, "groups": 2},
        FLATTEN,
        data=SEQUENCE,
    ),
    "conv2d": spec(
        {"kind": "conv2d", "out_channels": 4, "kernel_size": [3, 2], "dilation": 2, "bias": False},
        {"kind": "max_pool2d"},
        FLATTEN,
        data=IMAGES,
    ),
    "pooling": spec(
        {"kind": "conv2d", "out_channels": 3, "padding": [1, 0]},
        {"kind": "max_pool2d", "kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
        {"kind": "avg_pool2d", "stride": 1, "padding": 1, "count_include_pad": False},
        {"kind": "flatten", "start_dim": 2},
        FLATTEN,
        data=IMAGES,
    ),
    "activations": spec(
        *(
            part
            for activation in (
                {"kind": "relu"},
                {"kind": "leaky_relu", "negative_slope": 0.3},
                {"kind": "elu", "alpha": 0.7},
                {"kind": "gelu"},
                {"kind": "gelu", "approximate": "tanh"},
                {"kind": "silu"},
                {"kind": "sigmoid"},
                {"kind": "tanh"},
                {"kind": "softmax"},
                {"kind": "log_softmax", "dim": 1},
            )
            for part in (linear(5), activation)
        )
    ),
    "dropout": spec(linear(8), {"kind": "dropout", "p": 0.3}, linear(4), {"kind": "dropout"}),
    "dropout of nothing and of all": spec(
        linear(8), {"kind": "dropout", "p": 0}, linear(4), {"kind": "dropout", "p": 1}
    ),
    "batch norm of numbers": spec(
        linear(5), {"kind": "batch_norm", "eps": 1e-3, "momentum": None}, {"kind": "relu"}
    ),
    "batch norm of images": spec(
        {"kind": "conv2d", "out_channels": 3},
        {"kind": "batch_norm", "track_running_stats": False},
        {"kind": "batch_norm", "name": "plain", "affine": False},
        FLATTEN,
        data=IMAGES,
    ),
    "layer norm": spec(
        {"kind": "layer_norm", "dimensions": 1, "bias": False},
        {"kind": "layer_norm", "name": "all", "eps": 1e-3},
        {"kind": "layer_norm", "name": "plain", "elementwise_affine": False},
        FLATTEN,
        data=SEQUENCE,
    ),
}

WIRING: dict[str, Raw] = {
    "skip, gate and concatenation": spec(
        linear(6, name="a"),
        {"kind": "add", "name": "sum", "inputs": ["a", "input", "a"]},
        {"kind": "sigmoid", "name": "gate"},
        {"kind": "multiply", "name": "gated", "inputs": ["gate", "a"]},
        {"kind": "concat", "name": "wide", "inputs": ["gated", "input"]},
    ),
    "shared through a chain": spec(
        linear(6, name="step1"),
        {"kind": "linear", "name": "step2", "shares": "step1"},
        {"kind": "tanh"},
        {"kind": "linear", "name": "step3", "shares": "step2"},
    ),
    "a layer that leads nowhere": spec(
        linear(6, name="used"),
        {"kind": "dropout", "name": "unused", "inputs": ["input"]},
        linear(3, name="lost", inputs=["unused"]),
        {"kind": "relu", "inputs": ["used"]},
    ),
    "names that a module or a function has already": spec(
        *(linear(6, name=name) for name in ("forward", "training", "self", "x", "torch", "x_")),
        {"kind": "add", "name": "type", "inputs": ["forward", "self", "x", "x_", "input"]},
        {"kind": "concat", "name": "parameters", "inputs": ["type", "torch"]},
    ),
}

DATA: dict[str, Raw] = {
    "own numbers": spec(
        linear(3),
        data={"kind": "inline", "x": [[0.1, 2], [-3, 1e-9], [7, 16777217]], "y": [1, 0.5, -2]},
    ),
    "own images and classes": classified(
        {"kind": "inline", "x": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "y": [2, 0]},
        {"kind": "cross_entropy"},
        3,
    ),
    "uniform classes": classified(
        {"kind": "random_uniform", "samples": 9, "features": 4, "targets": 5},
        {"kind": "cross_entropy", "label_smoothing": 0.1},
        5,
    ),
    "random zeros and ones": classified(
        {"kind": "random_normal", "samples": 9, "features": 4, "targets": 3},
        {"kind": "bce_with_logits", "reduction": "sum"},
        3,
    ),
    "line": spec(
        data={"kind": "linear_regression", "samples": 9, "features": 3, "noise": 0.5},
        loss={"kind": "l1"},
    ),
    "noisy xor": spec(
        linear(3),
        {"kind": "tanh"},
        data={"kind": "xor", "samples": 9, "noise": 0.2},
    ),
    "moons": classified({"kind": "moons", "samples": 12}, {"kind": "cross_entropy"}, 2),
    "circles": spec(linear(3), data={"kind": "circles", "samples": 12, "factor": 0.3}),
    "two arms": spec(linear(3), data={"kind": "spiral", "samples": 12}),
    "three arms one-hot": classified(
        {"kind": "spiral", "samples": 12, "classes": 3, "turns": 1.5}, {"kind": "mse"}, 3
    ),
    "blobs": classified(
        {"kind": "blobs", "samples": 12, "features": 4, "spread": 0.5},
        {"kind": "nll"},
        3,
        {"kind": "log_softmax"},
    ),
    "images of the server": classified(
        {"kind": "mnist_format", "images": "mnist", "samples": 30, "layout": "images"},
        {"kind": "cross_entropy"},
        10,
    ),
    "tested with other images": classified(
        {"kind": "mnist_format", "images": "mnist", "part": "test", "samples": 20},
        {"kind": "cross_entropy"},
        10,
    ),
    "flat digits": classified({"kind": "digits", "samples": 50}, {"kind": "cross_entropy"}, 10),
    "batches over several epochs": spec(
        linear(4), {"kind": "dropout"}, data={**FLAT, "samples": 7}, batch_size=3
    ),
    "a batch of all": spec(linear(4), batch_size=1_000),
}

OTHER: dict[str, Raw] = {
    "bce": classified(
        {"kind": "circles", "samples": 12}, {"kind": "bce"}, 1, {"kind": "sigmoid", "name": "p"}
    ),
    "double precision": spec(
        linear(4, init={"weight": {"kind": "normal"}}),
        {"kind": "batch_norm"},
        {"kind": "dropout"},
        dtype="float64",
        seed=2**63 - 1,
        batch_size=4,
    ),
    "zeros and constants": initialized(
        weight={"kind": "constant", "value": 0.3}, bias={"kind": "zeros"}
    ),
    "normal and uniform": initialized(
        weight={"kind": "normal", "mean": 0.5, "std": 0.1},
        bias={"kind": "uniform", "low": -2, "high": 3},
    ),
    "xavier uniform": initialized(weight={"kind": "xavier", "gain": 2}),
    "xavier normal": initialized(weight={"kind": "xavier", "distribution": "normal"}),
    "kaiming uniform": initialized(weight={"kind": "kaiming", "nonlinearity": "tanh"}),
    "kaiming normal": initialized(
        weight={
            "kind": "kaiming",
            "distribution": "normal",
            "mode": "fan_out",
            "nonlinearity": "leaky_relu",
            "negative_slope": 0.2,
        }
    ),
    "a norm that begins elsewhere": spec(
        linear(5),
        {"kind": "layer_norm", "init": {"weight": {"kind": "uniform"}, "bias": {"kind": "normal"}}},
        {"kind": "batch_norm", "init": {"bias": {"kind": "constant"}}},
    ),
    "sgd": optimized("sgd", momentum=0.9, nesterov=True, weight_decay=0.01),
    "damped sgd": optimized("sgd", momentum=0.9, dampening=0.1),
    "adam": optimized("adam", betas=[0.8, 0.9], amsgrad=True),
    "adamw": optimized("adamw", eps=1e-6),
    "rmsprop": optimized("rmsprop", momentum=0.5, centered=True, alpha=0.9),
    "adagrad": optimized("adagrad", lr_decay=0.1, initial_accumulator_value=0.2),
    "a loss that is not finite": spec(linear(4), optimizer={"kind": "sgd", "lr": 1e9}),
    'a name "]; evil\n\'\'\'"""\\': spec(linear(4), name='"]; evil\n\'\'\'"""\\'),
}

EXAMPLES: dict[str, Raw] = {
    key: example.spec.model_dump(mode="json") for key, example in examples().items()
}

CATALOGUE: dict[str, Raw] = {
    f"catalogue: {name}": raw for name, raw in catalogue_cases.CASES.items()
}

CASES: dict[str, Raw] = {**EXAMPLES, **LAYERS, **WIRING, **DATA, **OTHER, **CATALOGUE}
