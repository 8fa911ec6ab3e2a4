"""A tape with all its numbers in one file: safetensors, with the structures as JSON in its header.

Never pickle: whoever opens a file that somebody sent runs nothing of it.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import orjson
import safetensors.torch
import torch
from pydantic import Field, ValidationError
from safetensors import SafetensorError
from torch import Tensor

import gradtape
from gradtape.engine.recorder.blob import SlotPlan
from gradtape.engine.recorder.iteration_numbers import IterationNumbers
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.structure_builder import BuiltStructure
from gradtape.errors import InvalidTapeFile, LimitExceeded
from gradtape.library.file_checks import check_step_constants, check_structure, check_values
from gradtape.limits import MAX_TAPE_FILE_BYTES, MAX_TAPE_HEADER_BYTES
from gradtape.tape.frame import StepConstants
from gradtape.tape.numbers import Plain
from gradtape.tape.structure import Structure

NOTE = "gradtape"
FORMAT = 1
HEADER_LENGTH_BYTES = 8  # little-endian, at the start of a safetensors file
MAX_ITERATION = 2**53  # what JSON readers hold exactly

# Types that safetensors does not write for torch: they are kept as their bytes.
AS_BYTES = frozenset({torch.complex128, torch.float8_e8m0fnu})


class StoredIteration(Plain):
    """One iteration in the header; its numbers are the file's tensors `<iteration>/<tensor>`."""

    iteration: int = Field(ge=0, le=MAX_ITERATION)
    structure: str = Field(description="Hash.")
    step_constants: StepConstants = Field(
        default={}, description="By op of the update and argument, as in the frame."
    )


class Note(Plain):
    """What the header says beside the tensors."""

    format: Literal[1]
    gradtape: str = Field(description="Version.")
    torch: str = Field(description="Version.")
    name: str
    structures: dict[str, Structure] = Field(description="By hash.")
    roots: dict[str, list[int]] = Field(
        description="By hash: tensor → the tensor that holds its numbers."
    )
    iterations: list[StoredIteration] = Field(min_length=1)


def write_tape_file(name: str, recordings: Sequence[Recording]) -> bytes:
    """The file. What has no grid of numbers, as sparse and quantised tensors, is left out.

    Args:
        name: of the network.
        recordings: at least one.
    Raises:
        LimitExceeded: the structures are larger than a header may be.
    """
    built = {recording.built.hash: recording.built for recording in recordings}
    note = {
        "format": FORMAT,
        "gradtape": gradtape.__version__,
        "torch": str(torch.__version__),
        "name": name,
        "structures": {key: orjson.Fragment(each.json) for key, each in built.items()},
        "roots": {key: each.roots for key, each in built.items()},
        "iterations": [orjson.Fragment(_stored(each).model_dump_json()) for each in recordings],
    }
    tensors = {
        f"{recording.iteration}/{number}": _storable(value)
        for recording in recordings
        for number, value in enumerate(recording.held_values)
        if value is not None and _is_storable(value)
    }
    data = safetensors.torch.save(tensors, metadata={NOTE: orjson.dumps(note).decode()})
    length = _header_length(data)
    if length > MAX_TAPE_HEADER_BYTES:
        raise LimitExceeded(
            f"the structures of this tape take {length:,} bytes; a .tape file holds at most"
            f" {MAX_TAPE_HEADER_BYTES:,}",
            limit="MAX_TAPE_HEADER_BYTES",
            asked=length,
            allowed=MAX_TAPE_HEADER_BYTES,
        )
    return data


def _stored(recording: Recording) -> StoredIteration:
    return StoredIteration(
        iteration=recording.iteration,
        structure=recording.built.hash,
        step_constants=recording.step_constants,
    )


def _is_storable(value: Tensor) -> bool:
    return value.layout is torch.strided and not value.is_meta and not value.is_quantized


def _storable(value: Tensor) -> Tensor:
    # The format refuses tensors that share memory or are strided.
    plain = value.detach().resolve_conj().resolve_neg()
    plain = plain.clone(memory_format=torch.contiguous_format).cpu()
    return plain.reshape(-1).view(torch.uint8) if plain.dtype in AS_BYTES else plain


def read_tape_file(path: Path) -> tuple[str, list[Recording]]:
    """The name and the recordings of a file; the numbers come back bit for bit, on the CPU.

    Raises:
        InvalidTapeFile: it is not there, is cut short, or is no tape.
    """
    data = _read(path)
    try:
        tensors = safetensors.torch.load(data)
        text = _note_of(data)
        note, plain = Note.model_validate_json(text, strict=True), orjson.loads(text)
        built = {
            key: _rebuild(key, structure, plain["structures"][key], note.roots[key])
            for key, structure in note.structures.items()
        }
        recordings = [_recording(each, built, tensors) for each in note.iterations]
    except InvalidTapeFile as error:
        raise InvalidTapeFile(f"{path.name} {error.message}") from None
    except (SafetensorError, ValidationError, ValueError, LookupError, TypeError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise InvalidTapeFile(f"{path.name} is no tape, or is cut short: {reason}") from None
    if len({each.iteration for each in recordings}) < len(recordings):
        raise InvalidTapeFile(f"{path.name} holds an iteration twice")
    return note.name, recordings


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


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:HEADER_LENGTH_BYTES], "little")


def _note_of(data: bytes) -> str:
    # safetensors has read this header, and found it to be strings by name.
    header = data[HEADER_LENGTH_BYTES : HEADER_LENGTH_BYTES + _header_length(data)]
    return orjson.loads(header)["__metadata__"][NOTE]


def _rebuild(
    key: str, structure: Structure, rows: dict[str, Any], roots: list[int]
) -> BuiltStructure:
    """The structure as it was when it was recorded, to the byte: the hash says so."""
    check_structure(structure, roots)
    slots = SlotPlan.of_rows(
        [slot.model_dump() for slot in structure.slots],
        [tensor.slot for tensor in structure.tensors],
        roots,
    )
    del rows["hash"]
    built = BuiltStructure(rows, slots, roots, None)
    if built.hash != key or structure.hash != key:
        raise InvalidTapeFile("holds a structure that was changed")
    return built


def _recording(
    stored: StoredIteration, built: dict[str, BuiltStructure], tensors: dict[str, Tensor]
) -> Recording:
    structure = built[stored.structure]
    rows = structure.model.tensors
    values = [
        _restored(tensors.get(f"{stored.iteration}/{row.id}"), row.dtype, row.shape) for row in rows
    ]
    check_values(rows, structure.roots, values)
    check_step_constants(structure.model, stored.step_constants)
    numbers = IterationNumbers(values, stored.step_constants)
    return Recording(structure, numbers, iteration=stored.iteration)


def _restored(value: Tensor | None, dtype: str, shape: tuple[int, ...]) -> Tensor | None:
    kind = getattr(torch, dtype, None)
    if value is None or kind not in AS_BYTES:
        return value
    if value.dtype is not torch.uint8 or value.numel() != math.prod(shape) * kind.itemsize:
        raise InvalidTapeFile("holds numbers of another size than it says")
    # An own copy: where the file has it, it may lie at an address that the type cannot have.
    return value.reshape(-1).clone().view(kind).reshape(shape)
