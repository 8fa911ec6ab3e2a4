"""A recorded iteration in the engine: its structure, and every value at full precision."""

import re
from collections.abc import Iterable
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.recorder.bad_numbers import find_bad_number
from gradtape.engine.recorder.blob import fill_blob, has_numbers
from gradtape.engine.recorder.exact_statistics import sum_squares, summarize_previews
from gradtape.engine.recorder.iteration_numbers import IterationNumbers
from gradtape.engine.recorder.structure_builder import BuiltStructure
from gradtape.errors import InvalidSlice, UnknownTensor
from gradtape.tape.bad_number import BadNumber
from gradtape.tape.frame import Frame, Statistics
from gradtape.tape.structure import Structure

SLICE_PART = re.compile(r"^(-?\d+)?(?::(-?\d+)?(?::(\d+))?)?$")


class Recording:
    """What the recorder hands out.

    Args:
        built: what ran.
        numbers: of this iteration; kept, not copied.
        iteration: its number.
    Attributes:
        step_constants: the floats that the optimizer gave to its ops, by op and argument.
    """

    def __init__(self, built: BuiltStructure, numbers: IterationNumbers, *, iteration: int) -> None:
        self.built = built
        self.iteration = iteration
        self._values = numbers.values
        self.step_constants = numbers.step_constants

    @property
    def held_values(self) -> list[Tensor | None]:
        """By tensor id; None where another tensor holds the numbers, or where there are none."""
        return self._values

    @property
    def structure(self) -> Structure:
        """What ran, as plain data."""
        return self.built.model

    @cached_property
    def frame(self) -> Frame:
        """The numbers of this iteration as plain data; made when first asked for."""
        slots = self.built.slots
        values = [
            value for value in map(self._values.__getitem__, slots.tensors) if value is not None
        ]
        blob, statistics = fill_blob(values, slots), summarize_previews(values, slots)
        return Frame(
            structure_hash=self.built.hash,
            iteration=self.iteration,
            loss=self.loss,
            metrics={},
            step_constants=self.step_constants,
            statistics=statistics,
            bad_number=self._find_bad_number(blob, statistics.values()),
            blob=blob,
        )

    def _find_bad_number(
        self, blob: memoryview, statistics: Iterable[Statistics]
    ) -> BadNumber | None:
        numbers = np.frombuffer(blob, "<f4")
        # One pass: NaN and infinity reach the sum of squares. Large numbers do too, and are then
        # found to be finite. Of tensors with previews the statistics know.
        with np.errstate(over="ignore", invalid="ignore"):
            finite = all(
                np.isfinite(sum_squares(numbers[first:end]))
                for first, end in self.built.slots.full_parts
            )
        if finite and not any(each.non_finite for each in statistics):
            return None
        return find_bad_number(self.structure, self.tensor)

    @property
    def loss(self) -> float | None:
        """The loss as torch has it, or None if the iteration had none."""
        number = self.built.loss
        value = None if number is None else self._values[number]
        return None if value is None or value.numel() != 1 or value.is_complex() else value.item()

    @cached_property
    def bytes_held(self) -> int:
        """Memory of all recorded values, shared memory counted once."""
        storages = {
            value.untyped_storage().data_ptr(): value.untyped_storage().nbytes()
            for value in self._values
            if value is not None and value.layout is torch.strided
        }
        return sum(storages.values())

    def tensor(self, number: int) -> Tensor | None:
        """The recorded torch tensor; None where there are no numbers."""
        if not 0 <= number < len(self._values):
            raise UnknownTensor(
                f"no tensor {number}; this tape has tensors 0 to {len(self._values) - 1}"
            )
        return self._values[self.built.roots[number]]

    def find(self, name_or_id: str) -> int:
        """The id of a tensor by its name (`fc1.weight`) or by its id as text."""
        if name_or_id.isdecimal():
            number = int(name_or_id)
            self.tensor(number)
            return number
        named = [tensor for tensor in self.structure.tensors if tensor.name == name_or_id]
        if named:
            # A leaf that is written has several values: the last one that has a gradient is meant.
            followed = [tensor.id for tensor in named if tensor.gradient is not None]
            return followed[-1] if followed else named[0].id
        names = [tensor.name for tensor in self.structure.tensors if tensor.name]
        raise UnknownTensor(f"no tensor is named “{name_or_id}”; there are {', '.join(names[:20])}")

    def values(self, number: int, slice_text: str | None = None) -> np.ndarray:
        """Exact numbers of a tensor, in its own dtype.

        Args:
            slice_text: as in `0:10,:,3`; None for all.
        Raises:
            UnknownTensor: no such tensor, or it has no numbers to show.
            InvalidSlice: the slice does not fit the shape.
        """
        value = self.tensor(number)
        if value is None or not has_numbers(value):
            raise UnknownTensor(f"tensor {number} has no numbers that can be shown")
        index = parse_slice(slice_text, tuple(value.shape)) if slice_text else ()
        chosen = value.detach()[index]
        if chosen.dtype is torch.bfloat16:  # numpy has no such type; float32 holds it exactly
            chosen = chosen.float()
        return chosen.cpu().numpy()


def parse_slice(text: str, shape: tuple[int, ...]) -> tuple[int | slice, ...]:
    """A slice like `0:10,:,3` for a tensor of this shape; missing trailing parts mean all."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > len(shape):
        raise InvalidSlice(
            f"slice “{text}” has {len(parts)} parts; the tensor has {len(shape)} dimensions {shape}"
        )
    return tuple(_parse_part(part, size) for part, size in zip(parts, shape, strict=False))


def _parse_part(part: str, size: int) -> int | slice:
    match = SLICE_PART.match(part)
    if match is None or not part or max(map(len, part.split(":"))) > 18:
        raise InvalidSlice(f"“{part}” is no slice; write 3, 0:10, 0:10:2 or :")
    start, stop, step = (None if group is None else int(group) for group in match.groups())
    if ":" in part:
        if step == 0:
            raise InvalidSlice(f"“{part}” has step 0")
        return slice(start, stop, step)
    if start is None or not -size <= start < size:
        raise InvalidSlice(f"index {start} is outside of a dimension of size {size}")
    return start
