"""What OpenAPI says of bodies and answers that routes read or write as raw bytes."""

from typing import Any

from gradtape.exports.gallery import EXPORTS
from gradtape.server.answers import BLOB, JSON

# The spec of the first page of the documentation; `POST /record` takes it as it stands.
TWO_LAYER_SPEC: dict[str, Any] = {
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

XOR_SPEC: dict[str, Any] = {
    "data": {"kind": "xor"},
    "network": {
        "layers": [
            {"kind": "linear", "out_features": 8},
            {"kind": "tanh"},
            {"kind": "linear", "out_features": 1},
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "adam", "lr": 0.05},
}

COMMAND_EXAMPLES: dict[str, dict[str, Any]] = {
    "record": {"kind": "record"},
    "run": {"kind": "run", "iterations": 20, "record_every": 10},
    "run_epochs": {"kind": "run", "epochs": 5, "until": {"loss": 0.01}},
    "pause": {"kind": "pause"},
    "set": {"kind": "set", "optimizer": {"lr": 0.1}},
    "set_regime": {
        "kind": "set",
        "optimizer": {"lr": 0.05},
        "regularization": {"l1": 1e-4, "max_norm": 1.0},
    },
    "edit": {"kind": "edit", "tensor": "fc1.weight", "index": [0, 1], "value": 1.5},
    "seek": {"kind": "seek", "iteration": 0},
    "reset": {"kind": "reset"},
}


EXAMPLE_ID = "0123456789abcdef0123456789abcdef"


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(schema: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    named = {name: {"value": value} for name, value in examples.items()}
    return {
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": schema, "examples": named}},
        }
    }


SPEC_BODY = _body(_reference("ExperimentSpec"), {"two-layer": TWO_LAYER_SPEC, "xor": XOR_SPEC})

OPENING_BODY = _body(
    {"anyOf": [_reference(f"OpenBy{way}") for way in ("Spec", "Example", "Branch")]},
    {
        "example": {"example": "moons"},
        "spec": {"spec": XOR_SPEC},
        "branch": {"branch": {"session": EXAMPLE_ID, "iteration": 0}},
    },
)

COMMAND_BODY = _body(_reference("Command"), COMMAND_EXAMPLES)

VALUES_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The numbers: as nested lists, or with `Accept` as little-endian bytes "
        "with `X-Gradtape-Shape` and `X-Gradtape-Dtype`.",
        "content": {BLOB: {"schema": {"type": "string", "format": "binary"}}},
    }
}

EXPORT_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, as an attachment named after the spec.",
        "headers": {
            "Content-Disposition": {
                "description": "The file's name.",
                "schema": {"type": "string", "examples": ['attachment; filename="moons.py"']},
            }
        },
        "content": {
            export.media_type: {"schema": {"type": "string", "format": "binary"}}
            for export in EXPORTS.values()
        },
    }
}

EVENTS_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events; `data:` of each is a LoggedEvent as JSON.",
        "content": {"text/event-stream": {"itemSchema": _reference("LoggedEvent")}},
    }
}

# Not as a model: FastAPI would say that an event stream's errors are event streams.
ERROR_ANSWER: dict[str, Any] = {
    "description": "What is wrong with the request, and where.",
    "content": {JSON: {"schema": _reference("ErrorResponse")}},
}
