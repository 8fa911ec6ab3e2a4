"""Networks whose gradients vanish, die or turn NaN, for journeys that look at how they flow."""

from typing import Any

from tests.browser.workbench import Workbench


def open_recorded(workbench: Workbench, spec: dict[str, Any]) -> None:
    """A session of this spec with one recorded iteration, at its end."""
    session = workbench.prepare({"spec": spec})
    workbench.open(f"/#s={session}")
    workbench.press("End")
    workbench.wait_until_still()


def _experiment(name: str, layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "data": {"kind": "moons", "samples": 64},
        "network": {"layers": [*layers, {"kind": "linear", "name": "out", "out_features": 1}]},
        "loss": {"kind": "bce_with_logits"},
        "optimizer": {"kind": "sgd", "lr": 0.1},
    }


def _linear(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "linear", "name": name, "out_features": 8} | fields


def sigmoid_tower(layers: int) -> dict[str, Any]:
    """A sigmoid's slope is 0.25 at most: so many of them in a row leave hardly any gradient."""
    pairs = [[_linear(f"fc{i + 1}"), {"kind": "sigmoid"}] for i in range(layers)]
    return _experiment(f"{layers} sigmoid layers", [layer for pair in pairs for layer in pair])


def dead_relu() -> dict[str, Any]:
    """The bias puts every unit far below zero: the ReLU passes nothing on, either way."""
    below_zero = {"bias": {"kind": "constant", "value": -1_000.0}}
    dead = [_linear("fc1"), {"kind": "relu"}, _linear("fc2", init=below_zero), {"kind": "relu"}]
    return _experiment("dead relu", dead)


def overflow() -> dict[str, Any]:
    """1e25 · 1e25 is beyond float32; what comes back is NaN."""
    huge = {"weight": {"kind": "constant", "value": 1e25}}
    return _experiment("overflow", [_linear("fc1", init=huge), _linear("fc2", init=huge)])


def skip() -> dict[str, Any]:
    """What fc1 gives is used twice: two gradients arrive at it and are added."""
    added = {"kind": "add", "name": "sum", "inputs": ["fc1", "relu_2"]}
    layers = [_linear("fc1"), {"kind": "relu"}, _linear("fc2"), {"kind": "relu"}, added]
    return _experiment("skip", layers)


def wide() -> dict[str, Any]:
    """Layers of so many units that the tape keeps only a sample of their numbers."""
    first, second = _linear("fc1", out_features=300), _linear("fc2", out_features=200)
    return _experiment("wide", [first, {"kind": "tanh"}, second, {"kind": "relu"}])
