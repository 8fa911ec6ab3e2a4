"""Small experiments for sessions."""

from typing import Any

from gradtape.spec import ExperimentSpec, examples, parse_spec


def on_cpu(spec: ExperimentSpec) -> ExperimentSpec:
    """The same where every machine gives the same bits, and processes are forked."""
    return spec.model_copy(update={"device": "cpu"})


MOONS = on_cpu(examples()["moons"].spec)
TWO_LAYER = on_cpu(examples()["two-layer"].spec)


def small_spec(**changes: Any) -> ExperimentSpec:
    """A network whose every iteration differs: batches, dropout, Adam."""
    raw: dict[str, Any] = {
        "name": "small",
        "seed": 7,
        "device": "cpu",
        "data": {"kind": "moons", "samples": 40},
        "network": {
            "layers": [
                {"kind": "linear", "name": "fc1", "out_features": 6},
                {"kind": "relu"},
                {"kind": "dropout", "p": 0.3},
                {"kind": "linear", "name": "fc2", "out_features": 1},
            ]
        },
        "loss": {"kind": "bce_with_logits"},
        "optimizer": {"kind": "adam", "lr": 0.01},
        "batch_size": 8,
    }
    return parse_spec({**raw, **changes})
