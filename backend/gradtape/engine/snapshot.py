"""An experiment as bytes: safetensors with a JSON note; never pickle."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson
import safetensors.torch
from pydantic import TypeAdapter
from torch import Tensor

from gradtape.engine.checkpoint import Checkpoint
from gradtape.engine.editable_data import DataEdit
from gradtape.spec.optimizers import AnyOptimizer, Optimizer

NOTE = "gradtape"
HERE = "here"
METRICS = "metrics"

OPTIMIZER: TypeAdapter[AnyOptimizer] = TypeAdapter(Optimizer)


class Snapshot(NamedTuple):
    """What is saved."""

    here: Checkpoint
    checkpoints: Mapping[int, Checkpoint]
    edits: Sequence[DataEdit]
    metrics: Tensor


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
                "optimizer": checkpoint.optimizer.model_dump(mode="json"),
                "edits": checkpoint.edits,
                "changed": checkpoint.changed,
            }
            for key, checkpoint in named.items()
        },
        # JSON has no NaN: a written value may be one, so it travels as its text.
        "edits": [(edit.tensor, edit.place, str(edit.value)) for edit in snapshot.edits],
    }
    return safetensors.torch.save(
        tensors | {METRICS: snapshot.metrics}, metadata={NOTE: orjson.dumps(note).decode()}
    )


def read_snapshot(data: bytes) -> Snapshot:
    """What `write_snapshot` wrote."""
    # safetensors.torch.load does not hand out the note: it is in the header, a JSON object whose
    # length the first eight bytes tell.
    length = int.from_bytes(data[:8], "little")
    note = orjson.loads(orjson.loads(data[8 : 8 + length])["__metadata__"][NOTE])
    tensors = safetensors.torch.load(data)
    metrics = tensors.pop(METRICS)
    grouped: dict[str, dict[str, Tensor]] = {key: {} for key in note["checkpoints"]}
    for name, tensor in tensors.items():
        key, _, rest = name.partition("/")
        grouped[key][rest] = tensor
    checkpoints = {
        key: Checkpoint(
            entry["iteration"],
            grouped[key],
            OPTIMIZER.validate_python(entry["optimizer"]),
            entry["edits"],
            tuple(entry.get("changed", ())),  # older snapshots do not say
        )
        for key, entry in note["checkpoints"].items()
    }
    here = checkpoints.pop(HERE)
    edits = [DataEdit(name, tuple(place), float(value)) for name, place, value in note["edits"]]
    return Snapshot(here, {int(key): value for key, value in checkpoints.items()}, edits, metrics)
