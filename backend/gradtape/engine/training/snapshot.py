"""An experiment as bytes: safetensors with a JSON note; never pickle."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import safetensors.torch
from torch import Tensor

from gradtape.engine.data.editable_data import DataEdit
from gradtape.engine.training.checkpoint import Checkpoint
from gradtape.spec import Regime
from gradtape.spec.interventions import Intervention
from gradtape.tape.numbers import from_json_number, to_json_number

NOTE = "gradtape"
HERE = "here"
METRICS = "metrics"


class Snapshot(NamedTuple):
    """What is saved."""

    here: Checkpoint
    checkpoints: Mapping[int, Checkpoint]
    edits: Sequence[DataEdit]
    metrics: Mapping[str, Tensor]


def write_snapshot(snapshot: Snapshot) -> bytes:
    """A snapshot as one safetensors file."""
    named = {HERE: snapshot.here} | {
        str(number): checkpoint for number, checkpoint in snapshot.checkpoints.items()
    }
    tensors = {
        f"{key}/{name}": tensor.contiguous()
        for key, checkpoint in named.items()
        for name, tensor in checkpoint.tensors.items()
    }
    note = {
        "checkpoints": {
            key: {
                "iteration": checkpoint.iteration,
                "regime": checkpoint.regime.model_dump(mode="json"),
                "gathered": _with_named_numbers(checkpoint.gathered),
                "progress": _with_named_numbers(checkpoint.progress),
                "edits": checkpoint.edits,
                "interventions": [each.model_dump() for each in checkpoint.interventions],
                "changed": checkpoint.changed,
            }
            for key, checkpoint in named.items()
        },
        # JSON has no NaN: a written value may be one, so it travels as its text.
        "edits": [(edit.tensor, edit.place, str(edit.value)) for edit in snapshot.edits],
    }
    metrics = {f"{METRICS}/{name}": tensor for name, tensor in snapshot.metrics.items()}
    return safetensors.torch.save(tensors | metrics, metadata={NOTE: orjson.dumps(note).decode()})


def read_snapshot(data: bytes) -> Snapshot:
    """What `write_snapshot` wrote."""
    # safetensors.torch.load does not hand out the note: it is in the header, a JSON object whose
    # length the first eight bytes tell.
    length = int.from_bytes(data[:8], "little")
    note = orjson.loads(orjson.loads(data[8 : 8 + length])["__metadata__"][NOTE])
    tensors = safetensors.torch.load(data)
    grouped: dict[str, dict[str, Tensor]] = {key: {} for key in (*note["checkpoints"], METRICS)}
    for name, tensor in tensors.items():
        key, _, rest = name.partition("/")
        grouped[key][rest] = tensor
    checkpoints = {
        key: Checkpoint(
            entry["iteration"],
            grouped[key],
            _with_plain_numbers(entry["gathered"]),
            Regime.model_validate(entry["regime"]),
            _with_plain_numbers(entry["progress"]),
            entry["edits"],
            tuple(Intervention.model_validate(each) for each in entry["interventions"]),
            tuple(entry["changed"]),
        )
        for key, entry in note["checkpoints"].items()
    }
    here = checkpoints.pop(HERE)
    edits = [DataEdit(name, tuple(place), float(value)) for name, place, value in note["edits"]]
    numbered = {int(key): value for key, value in checkpoints.items()}
    return Snapshot(here, numbered, edits, grouped[METRICS])


def _with_named_numbers(value: Any) -> Any:
    """Plain data in which JSON finds no number that it cannot carry."""
    if isinstance(value, dict):
        return {key: _with_named_numbers(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_with_named_numbers(part) for part in value]
    return to_json_number(value) if isinstance(value, float) else value


def _with_plain_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_plain_numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_plain_numbers(part) for part in value]
    return from_json_number(value)
