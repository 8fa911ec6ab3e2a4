"""Raw specs that tests begin with, as a user would write them."""

from typing import Any

import pytest

from gradtape.errors import GradtapeError, InvalidSpec
from gradtape.spec import parse_spec

API_SPEC: dict[str, Any] = {
    "name": "two-layer",
    "seed": 0,
    "device": "auto",
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

MOONS: dict[str, Any] = {"kind": "moons", "samples": 20}
IMAGES: dict[str, Any] = {"kind": "digits", "samples": 8, "layout": "images"}
HEAD: dict[str, Any] = {"kind": "linear", "name": "head", "out_features": 1}


def linear(outputs: int, **fields: Any) -> dict[str, Any]:
    """A raw linear layer."""
    return {"kind": "linear", "out_features": outputs, **fields}


def raw_spec(*layers: Any, data: Any = MOONS, **fields: Any) -> dict[str, Any]:
    """A raw spec with these layers; moons and bce_with_logits unless said otherwise."""
    base = {
        "data": data,
        "network": {"layers": list(layers)},
        "loss": {"kind": "bce_with_logits"},
        "optimizer": {"kind": "sgd", "lr": 0.1},
    }
    return {**base, **fields}


def image_spec(*layers: Any, **fields: Any) -> dict[str, Any]:
    """A raw spec on eight 1×8×8 digits, with a linear head of ten classes after the layers."""
    head = ({"kind": "flatten"}, linear(10, name="head"))
    return raw_spec(*layers, *head, data=IMAGES, loss={"kind": "cross_entropy"}, **fields)


def problems_of(raw: Any) -> list[GradtapeError]:
    """Every problem of a spec that must be refused."""
    with pytest.raises(InvalidSpec) as caught:
        parse_spec(raw)
    return caught.value.problems


def problem_of(raw: Any) -> GradtapeError:
    """The only problem of a spec that must be refused."""
    problems = problems_of(raw)
    assert len(problems) == 1, [problem.to_dict() for problem in problems]
    return problems[0]
