"""A tape with all its numbers in one file: safetensors, with the structure as JSON in its header.

Never pickle: whoever opens a file that somebody sent runs nothing of it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import orjson
import safetensors.torch
import torch
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from torch import Tensor

import gradtape
from gradtape.engine.recording import Recording
from gradtape.engine.structure_builder import BuiltStructure
from gradtape.errors import InvalidTapeFile
from gradtape.limits import MAX_TAPE_FILE_BYTES
from gradtape.tape.numbers import Plain
from gradtape.tape.structure import Structure

NOTE = "gradtape"
HEADER_LENGTH_BYTES = 8  # little-endian, at the start of a safetensors file


class StoredIteration(Plain):
    """One iteration in the header; its numbers are the file's tensors `<iteration>/<tensor>`."""

    iteration: int = Field(ge=0)
    structure: str = Field(description="Hash.")


class Note(Plain):
    """What the header says beside the tensors."""

    gradtape: str = Field(description="Version.")
    torch: str = Field(description="Version.")
    name: str
    structures: dict[str, Structure] = Field(description="By hash.")
    roots: dict[str, list[int]] = Field(
        description="By hash: tensor → the tensor that holds its numbers."
    )
    iterations: list[StoredIteration]


def write_tape_file(name: str, recordings: Sequence[Recording]) -> bytes:
    """The file.

    Args:
        name: of the network.
        recordings: at least one.
    """
    built = {recording.built.hash: recording.built for recording in recordings}
    note = Note(
        gradtape=gradtape.__version__,
        torch=str(torch.__version__),
        name=name,
        structures={key: each.model for key, each in built.items()},
        roots={key: each.roots for key, each in built.items()},
        iterations=[
            StoredIteration(iteration=each.iteration, structure=each.built.hash)
            for each in recordings
        ],
    )
    tensors = {
        f"{recording.iteration}/{number}": _storable(value)
        for recording in recordings
        for number, value in enumerate(recording.held_values)
        if value is not None and value.layout is torch.strided and not value.is_meta
    }
    return safetensors.torch.save(tensors, metadata={NOTE: note.model_dump_json()})


def _storable(value: Tensor) -> Tensor:
    # The format refuses tensors that share memory or are strided.
    return value.detach().resolve_conj().clone(memory_format=torch.contiguous_format).cpu()


def read_tape_file(path: Path) -> tuple[str, list[Recording]]:
    """The name and the recordings of a file; the numbers come back bit for bit, on the CPU.

    Raises:
        InvalidTapeFile: it is not there, is cut short, or is no tape.
    """
    data = _read(path)
    try:
        tensors = safetensors.torch.load(data)
        note = Note.model_validate_json(_note_of(data))
    except (SafetensorError, ValidationError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise InvalidTapeFile(f"{path.name} is no tape, or is cut short: {reason}") from None
    built = {key: _rebuild(key, note, path) for key in note.structures}
    return note.name, [_recording(each, built, tensors, path) for each in note.iterations]


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_TAPE_FILE_BYTES:
            raise InvalidTapeFile(
                f"{path.name} has {size:,} bytes; at most {MAX_TAPE_FILE_BYTES:,} are read"
            )
        return path.read_bytes()
    except OSError as error:
        raise InvalidTapeFile(f"{path.name} cannot be read: {error.strerror}") from None


def _note_of(data: bytes) -> str:
    length = int.from_bytes(data[:HEADER_LENGTH_BYTES], "little")
    header: Any = orjson.loads(data[HEADER_LENGTH_BYTES : HEADER_LENGTH_BYTES + length])
    return cast(str, header["__metadata__"][NOTE])


def _rebuild(key: str, note: Note, path: Path) -> BuiltStructure:
    structure, roots = note.structures[key], note.roots.get(key, [])
    count = len(structure.tensors)
    if len(roots) != count or any(not 0 <= root <= number for number, root in enumerate(roots)):
        raise InvalidTapeFile(f"{path.name} does not say where the numbers of its tensors are")
    if structure.hash != key or not _is_consistent(structure):
        raise InvalidTapeFile(f"{path.name} holds a structure that points outside of itself")
    return BuiltStructure.of_model(structure, roots)


def _is_consistent(structure: Structure) -> bool:
    """Whether every id in it is one of its own."""
    tensors, slots = len(structure.tensors), len(structure.slots)
    ops, nodes, edges = len(structure.ops), len(structure.nodes), len(structure.edges)

    def within(size: int, *numbers: int | None) -> bool:
        return all(number is None or 0 <= number < size for number in numbers)

    return (
        within(tensors, structure.loss, structure.output)
        and all(within(tensors, *op.operands, *op.results) for op in structure.ops)
        and all(within(nodes, op.node) for op in structure.ops)
        and all(within(len(structure.calls), op.call) for op in structure.ops)
        and all(within(ops, n.op) and within(edges, *n.edges) for n in structure.nodes)
        and all(within(tensors, *n.saved) for n in structure.nodes)
        and all(within(nodes, e.source, e.target) for e in structure.edges)
        and all(within(tensors, e.tensor, e.of) for e in structure.edges)
        and all(within(slots, t.slot) and within(ops, t.op) for t in structure.tensors)
        and all(within(tensors, t.of, t.gradient) for t in structure.tensors)
        and all(within(tensors, *event.reveals) for event in structure.events)
        and [t.id for t in structure.tensors] == list(range(tensors))
    )


def _recording(
    stored: StoredIteration,
    built: dict[str, BuiltStructure],
    tensors: dict[str, Tensor],
    path: Path,
) -> Recording:
    structure = built.get(stored.structure)
    if structure is None:
        raise InvalidTapeFile(f"{path.name} lacks the structure of iteration {stored.iteration}")
    values = [tensors.get(f"{stored.iteration}/{number}") for number in range(len(structure.roots))]
    for row, value in zip(structure.model.tensors, values, strict=True):
        held = structure.roots[row.id] == row.id and row.slot is not None
        if held and (value is None or tuple(value.shape) != row.shape):
            raise InvalidTapeFile(f"{path.name} lacks the numbers of tensor {row.id}")
    return Recording(structure, values, iteration=stored.iteration)
