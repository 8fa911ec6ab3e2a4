"""Named experiments to begin with. The first one is what the page opens."""

from typing import Any

from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.fields import Part
from gradtape.spec.parsing import parse_spec


class Example(Part, frozen=True):
    """A spec with what to call it."""

    key: str
    title: str
    description: str
    spec: ExperimentSpec


def examples() -> dict[str, Example]:
    """All examples by key, the default first."""
    return {
        key: Example(
            key=key, title=title, description=description, spec=parse_spec({"name": key, **spec})
        )
        for key, (title, description, spec) in EXAMPLES.items()
    }


def _linear(name: str, outputs: int, **fields: Any) -> dict[str, Any]:
    return {"kind": "linear", "name": name, "out_features": outputs, **fields}


def _residual_block(number: int, before: str) -> list[dict[str, Any]]:
    return [
        _linear(f"inner{number}", 16, inputs=[before]),
        {"kind": "tanh", "name": f"tanh{number}"},
        {"kind": "add", "name": f"skip{number}", "inputs": [f"tanh{number}", before]},
    ]


def _sigmoid_layer(number: int) -> list[dict[str, Any]]:
    return [_linear(f"fc{number}", 8), {"kind": "sigmoid", "name": f"sigmoid{number}"}]


MOONS: dict[str, Any] = {
    "data": {"kind": "moons", "samples": 100, "noise": 0.1},
    "network": {
        "layers": [
            _linear("fc1", 8),
            {"kind": "tanh", "name": "tanh1"},
            _linear("fc2", 8),
            {"kind": "tanh", "name": "tanh2"},
            _linear("fc3", 1),
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "sgd", "lr": 0.5},
}

NORMAL_WEIGHT = {"weight": {"kind": "normal", "std": 1.0}}

TWO_LAYER: dict[str, Any] = {
    "seed": 0,
    "device": "auto",
    "dtype": "float32",
    "data": {"kind": "random_normal", "samples": 64, "features": 1000, "targets": 10},
    "network": {
        "layers": [
            _linear("fc1", 100, bias=False, init=NORMAL_WEIGHT),
            {"kind": "relu"},
            _linear("fc2", 10, bias=False, init=NORMAL_WEIGHT),
        ]
    },
    "loss": {"kind": "mse", "reduction": "sum"},
    "optimizer": {"kind": "sgd", "lr": 1e-6},
    "batch_size": None,
}

DIGITS_CONV: dict[str, Any] = {
    "data": {"kind": "digits", "layout": "images"},
    "network": {
        "layers": [
            {"kind": "conv2d", "name": "conv1", "out_channels": 8, "kernel_size": 3, "padding": 1},
            {"kind": "relu", "name": "relu1"},
            {"kind": "max_pool2d", "name": "pool1", "kernel_size": 2},
            {"kind": "conv2d", "name": "conv2", "out_channels": 16, "kernel_size": 3},
            {"kind": "relu", "name": "relu2"},
            {"kind": "flatten"},
            _linear("fc", 10),
        ]
    },
    "loss": {"kind": "cross_entropy"},
    "optimizer": {"kind": "adam", "lr": 0.01},
    "batch_size": 32,
}

RESIDUAL: dict[str, Any] = {
    "data": {"kind": "spiral", "samples": 200, "noise": 0.02},
    "network": {
        "layers": [
            _linear("stem", 16),
            *_residual_block(1, "stem"),
            *_residual_block(2, "skip1"),
            _linear("head", 1),
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "adam", "lr": 0.01},
}

XOR: dict[str, Any] = {
    "data": {"kind": "xor"},
    "network": {
        "layers": [_linear("hidden", 4), {"kind": "tanh"}, _linear("out", 1), {"kind": "sigmoid"}]
    },
    "loss": {"kind": "bce"},
    "optimizer": {"kind": "sgd", "lr": 1.0, "momentum": 0.5},
}

LINEAR_REGRESSION: dict[str, Any] = {
    "data": {"kind": "linear_regression", "samples": 50, "features": 1, "noise": 0.2},
    "network": {"layers": [_linear("line", 1)]},
    "loss": {"kind": "mse"},
    "optimizer": {"kind": "sgd", "lr": 0.1},
}

SHARED_WEIGHTS: dict[str, Any] = {
    "data": {"kind": "circles", "samples": 100},
    "network": {
        "layers": [
            _linear("stem", 8),
            {"kind": "tanh", "name": "tanh1"},
            _linear("step1", 8),
            {"kind": "tanh", "name": "tanh2"},
            {"kind": "linear", "name": "step2", "shares": "step1"},
            {"kind": "tanh", "name": "tanh3"},
            _linear("head", 1),
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "adam", "lr": 0.02},
}

NAMES_RNN: dict[str, Any] = {
    "data": {"kind": "characters", "samples": 320, "length": 6},
    "network": {
        "layers": [
            {"kind": "embedding", "name": "letters", "embedding_dim": 8},
            {"kind": "gru", "name": "gru", "hidden_size": 24, "output": "last"},
            _linear("next", 26),
        ]
    },
    "loss": {"kind": "cross_entropy"},
    "optimizer": {"kind": "adam", "lr": 0.02},
    "batch_size": 32,
}

ATTENTION_COPY: dict[str, Any] = {
    "data": {"kind": "sequences", "task": "copy", "samples": 256, "length": 3, "symbols": 4},
    "network": {
        "layers": [
            {"kind": "embedding", "name": "symbols", "embedding_dim": 12},
            {"kind": "rnn", "name": "places", "hidden_size": 12},
            {
                "kind": "multihead_attention",
                "name": "look_back",
                "inputs": ["places", "places", "symbols"],
            },
            {"kind": "add", "name": "skip", "inputs": ["look_back", "places"]},
            _linear("say", 5),
            {"kind": "permute", "name": "classes_first", "dims": [0, 2, 1]},
        ]
    },
    "loss": {"kind": "cross_entropy"},
    "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9},
    "batch_size": 32,
}

SINE_CURVE: dict[str, Any] = {
    "data": {"kind": "sine", "samples": 100, "noise": 0.1},
    "network": {
        "layers": [
            _linear("fc1", 16),
            {"kind": "tanh", "name": "tanh1"},
            _linear("fc2", 16),
            {"kind": "tanh", "name": "tanh2"},
            _linear("fc3", 1),
        ]
    },
    "loss": {"kind": "mse"},
    "optimizer": {"kind": "adam", "lr": 0.01},
}

VANISHING: dict[str, Any] = {
    "data": {"kind": "moons", "samples": 100, "noise": 0.1},
    "network": {
        "layers": [
            *(layer for number in range(1, 21) for layer in _sigmoid_layer(number)),
            _linear("out", 1),
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "sgd", "lr": 0.5},
}

EXAMPLES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "moons": ("Moons", "A 2-8-8-1 network tells two half circles apart.", MOONS),
    "two-layer": (
        "Two layers",
        "The classic: 1000-100-10 with ReLU learns random numbers by heart.",
        TWO_LAYER,
    ),
    "digits-conv": (
        "Digits",
        "A small convolutional network reads real handwritten digits.",
        DIGITS_CONV,
    ),
    "residual": (
        "Residual",
        "Skip connections: each block adds to what it was given, and two arms of a spiral part.",
        RESIDUAL,
    ),
    "xor": ("XOR", "Four points that no straight line can part.", XOR),
    "linear-regression": (
        "Linear regression",
        "One weight, one bias: the whole of learning in two numbers.",
        LINEAR_REGRESSION,
    ),
    "shared-weights": (
        "Shared weights",
        "One layer is used twice: two gradients arrive at its weight and are added.",
        SHARED_WEIGHTS,
    ),
    "sine-curve": ("Sine curve", "A small network bends itself into a wave.", SINE_CURVE),
    "names-rnn": (
        "Names, letter by letter",
        "A recurrent layer reads six letters of first names and tells the next one.",
        NAMES_RNN,
    ),
    "attention-copy": (
        "Attention copies",
        "Symbols are to be said again after a pause: attention finds where each one stood.",
        ATTENTION_COPY,
    ),
    "vanishing": (
        "Vanishing gradients",
        "Twenty sigmoid layers: each takes most of the gradient away, and the first learn nothing.",
        VANISHING,
    ),
}
