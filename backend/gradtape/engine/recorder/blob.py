"""Torch becomes plain numbers here: slots, and the float32 blob."""

import math
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gradtape.engine.recorder.tensor_table import Row, address
from gradtape.limits import MAX_INLINE_VALUES

Shape = tuple[int, ...]
Memory = tuple[int, int, torch.dtype]

SHOWN_TYPES = frozenset(
    {torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.bool, torch.uint8}
    | {torch.int8, torch.int16, torch.int32, torch.int64}
)
"""Numbers that a float32 can stand for, if only nearly; not complex or quantised ones."""


class Preview(NamedTuple):
    """What of a shape is stored: the stored shape, the stride per dimension, how many numbers."""

    shape: Shape
    steps: Shape
    size: int


class Stretch(NamedTuple):
    """Slots of one shape that lie one after the other in the blob, filled in one go."""

    offset: int
    slots: list[int]


class SlotPlan(NamedTuple):
    """How the blob is laid out.

    Attributes:
        rows: the slots, as JSON will have them.
        tensors: slot → the tensor whose numbers lie there.
        slot_of: tensor → slot; None where it has no numbers.
        stretches: all of the blob, in order. Slots in none of them show numbers of another slot in
            another shape.
        size: how many numbers the blob holds.
        summarized: slot → the slot with the same numbers, maybe itself, whose statistics are its
            own too; for those that are not full.
    """

    rows: list[Row]
    tensors: list[int]
    slot_of: list[int | None]
    stretches: list[Stretch]
    size: int
    summarized: dict[int, int]

    @property
    def full_parts(self) -> Iterator[tuple[int, int]]:
        """Where in the blob tensors lie whole: beginnings and ends."""
        for stretch in self.stretches:
            row = self.rows[stretch.slots[0]]
            if row["full"]:
                yield stretch.offset, stretch.offset + len(stretch.slots) * row["count"]

    @classmethod
    def of_rows(
        cls, rows: list[Row], slot_of: list[int | None], roots: Sequence[int]
    ) -> "SlotPlan":
        """The plan of a structure that was read from a file.

        Args:
            rows: the slots.
            slot_of: tensor → slot.
            roots: tensor → the tensor that holds its numbers.
        """
        tensors = {
            slot: root for slot, root in zip(slot_of, roots, strict=True) if slot is not None
        }
        first_at: dict[int, int] = {}
        for slot, row in enumerate(rows):
            if row["count"]:  # else the next one lies there too
                first_at.setdefault(row["offset"], slot)
        stretches = [Stretch(offset, [slot]) for offset, slot in sorted(first_at.items())]
        size = max((row["offset"] + row["count"] for row in rows), default=0)
        summarized = {slot: slot for slot, row in enumerate(rows) if not row["full"]}
        return cls(
            rows, [tensors[slot] for slot in range(len(rows))], slot_of, stretches, size, summarized
        )


def has_numbers(tensor: Tensor) -> bool:
    """Whether a tensor can be shown as a grid of real numbers."""
    return place_of_numbers(tensor) is not None


def place_of_numbers(tensor: Tensor) -> int | None:
    """The address of what can be shown as a grid of real numbers; None where that is nothing."""
    if tensor.dtype not in SHOWN_TYPES or tensor.is_meta:
        return None
    return address(tensor)


def plan_slots(values: Sequence[Tensor | None], roots: Sequence[int]) -> SlotPlan:
    """Lay out the blob. Tensors that hold the same numbers share a slot.

    Args:
        values: by tensor id; None where there are no numbers.
        roots: by tensor id, the id of the tensor that holds its numbers.
    """
    planner = _SlotPlanner()
    for number, root in enumerate(roots):
        value = values[number]
        if root != number:
            planner.slot_of.append(planner.slot_of[root])
        elif value is None or (place := place_of_numbers(value)) is None:
            planner.slot_of.append(None)
        else:
            planner.add(number, value, place)
    return planner.finish()


class _SlotPlanner:
    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tensors: list[int] = []
        self.slot_of: list[int | None] = []
        self._stretches: dict[tuple[Shape, bool, torch.dtype, torch.device], list[int]] = {}
        self._summarized: dict[int, int] = {}
        # Which slot holds the numbers of a stretch of memory. All tensors live, so that equal
        # addresses mean the same memory.
        self._slot_at: dict[Memory, int] = {}
        # Slots that hold no numbers of their own, and whose they show.
        self._shown: dict[int, int] = {}

    def add(self, number: int, value: Tensor, place: int) -> None:
        """Give a tensor a slot; its numbers begin at this address."""
        slot, shape, dtype = len(self.rows), value.shape, value.dtype
        stored = preview(shape)
        full = stored.shape == shape
        memory = (place, shape.numel(), dtype)
        if not full:
            alike = self._slot_at.setdefault(memory, slot) if _is_dense(value) else slot
            self._summarized[slot] = alike
        elif value.is_contiguous():
            # A view of the same numbers in the same order shows them where they lie.
            holder = self._slot_at.setdefault(memory, slot)
            if holder != slot:
                self._shown[slot] = holder
        if slot not in self._shown:
            kind = (stored.shape, full, dtype, value.device)
            self._stretches.setdefault(kind, []).append(slot)
        self.slot_of.append(slot)
        self.tensors.append(number)
        row = {"count": stored.size, "shape": stored.shape, "steps": stored.steps, "full": full}
        self.rows.append(row)

    def finish(self) -> SlotPlan:
        """Lay the stretches one after the other."""
        stretches: list[Stretch] = []
        offset = 0
        for slots in self._stretches.values():
            stretches.append(Stretch(offset, slots))
            for slot in slots:
                self.rows[slot]["offset"] = offset
                offset += self.rows[slot]["count"]
        for slot, holder in self._shown.items():
            self.rows[slot]["offset"] = self.rows[holder]["offset"]
        return SlotPlan(self.rows, self.tensors, self.slot_of, stretches, offset, self._summarized)


@lru_cache(maxsize=4_096)
def preview(shape: Shape) -> Preview:
    """At most MAX_INLINE_VALUES numbers of a shape; the longest dimension is thinned first."""
    steps = [1] * len(shape)
    stored = list(shape)
    while math.prod(stored) > MAX_INLINE_VALUES:
        longest = stored.index(max(stored))
        steps[longest] *= 2
        stored[longest] = -(-shape[longest] // steps[longest])
    return Preview(tuple(stored), tuple(steps), math.prod(stored))


def fill_blob(values: Sequence[Tensor], plan: SlotPlan) -> memoryview:
    """The numbers of all slots as little-endian float32, with one transfer from each device.

    Args:
        values: one tensor per slot.
    """
    # torch's memory and not a bytearray: that is cleared first, which takes longer than to fill it.
    numbers = torch.empty(plan.size, dtype=torch.float32)
    if plan.size:
        with torch.no_grad():
            device = values[plan.stretches[0].slots[0]].device
            target = numbers if device.type == "cpu" else torch.empty_like(numbers, device=device)
            for stretch in plan.stretches:
                _fill_stretch(target, [values[slot] for slot in stretch.slots], stretch, plan)
            if target is not numbers:
                numbers.copy_(target)
    array = numbers.numpy()
    if sys.byteorder == "big":
        array.byteswap(inplace=True)
    return array.data.cast("B") if plan.size else memoryview(b"")


def _fill_stretch(numbers: Tensor, values: list[Tensor], stretch: Stretch, plan: SlotPlan) -> None:
    row = plan.rows[stretch.slots[0]]
    if not row["full"]:
        values = [
            value[_cut(plan.rows[slot]["steps"])]
            for value, slot in zip(values, stretch.slots, strict=True)
        ]
    size = len(values) * row["count"]
    target = numbers[stretch.offset : stretch.offset + size].view(len(values), *row["shape"])
    if values[0].dtype is torch.float32 and values[0].device == numbers.device:
        torch.stack(values, out=target)
    else:
        target.copy_(torch.stack(values))


@lru_cache(maxsize=4_096)
def _cut(steps: Shape) -> tuple[Any, ...]:
    """The index that thins a tensor; torch works out each dimension that it names."""
    first = next((place for place, step in enumerate(steps) if step > 1), 0)
    return (..., *(slice(None, None, step) for step in steps[first:]))


def _is_dense(tensor: Tensor) -> bool:
    """Whether a tensor fills a stretch of memory, each number once, in whatever order.

    Two such tensors in the same memory, a matrix and its transpose, have the same statistics.
    """
    sizes = sorted(zip(tensor.stride(), tensor.shape, strict=True))
    expected = 1
    for stride, size in sizes:
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True
