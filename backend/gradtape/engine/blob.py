"""Torch becomes plain numbers here: slots, the float32 blob, and exact statistics."""

import math
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.tensor_table import Row, address
from gradtape.limits import MAX_INLINE_VALUES
from gradtape.tape.frame import Statistics

Shape = tuple[int, ...]
Memory = tuple[int | None, int, torch.dtype]


class Preview(NamedTuple):
    """What of a shape is stored: the stored shape, the stride per dimension, and the count."""

    shape: Shape
    steps: Shape
    count: int


class SlotPlan(NamedTuple):
    """How the blob is laid out.

    Attributes:
        rows: the slots, as JSON will have them.
        tensors: slot → the tensor whose numbers lie there.
        slot_of: tensor → slot; None where it has no numbers.
        stored: the slots whose numbers are written, in the order of the blob; the others show the
            same stretch in another shape.
        summarized: slot → the slot with the same numbers, maybe itself, whose statistics are its
            own too; for those that are not full.
    """

    rows: list[Row]
    tensors: list[int]
    slot_of: list[int | None]
    stored: list[int]
    summarized: dict[int, int]


def has_numbers(tensor: Tensor) -> bool:
    """Whether a tensor can be shown as a grid of real numbers."""
    return (
        tensor.layout is torch.strided
        and not tensor.is_complex()
        and not tensor.is_quantized
        and not tensor.is_meta
        and address(tensor) is not None
    )


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
            planner.plan.slot_of.append(planner.plan.slot_of[root])
        elif value is None or not has_numbers(value):
            planner.plan.slot_of.append(None)
        else:
            planner.add(number, value)
    return planner.plan


class _SlotPlanner:
    def __init__(self) -> None:
        self.plan = SlotPlan([], [], [], [], {})
        self._offset = 0
        # By address, count and dtype: what lies there already. All tensors live, so that equal
        # addresses mean the same memory.
        self._offsets: dict[Memory, int] = {}
        self._summarized: dict[Memory, int] = {}

    def add(self, number: int, value: Tensor) -> None:
        plan, slot, shape = self.plan, len(self.plan.rows), tuple(value.shape)
        stored = preview(shape)
        full = stored.shape == shape
        start = self._offset
        memory = (address(value), value.numel(), value.dtype)
        if not full:
            alike = self._summarized.setdefault(memory, slot) if _is_dense(value) else slot
            plan.summarized[slot] = alike
        elif value.is_contiguous():
            # A view of the same numbers in the same order lies where they lie.
            start = self._offsets.setdefault(memory, start)
        if start == self._offset:
            plan.stored.append(slot)
            self._offset += stored.count
        plan.slot_of.append(slot)
        plan.tensors.append(number)
        plan.rows.append(
            {
                "offset": start,
                "count": stored.count,
                "shape": stored.shape,
                "steps": stored.steps,
                "full": full,
            }
        )


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


def fill_blob(values: Sequence[Tensor], plan: SlotPlan) -> bytearray:
    """The numbers of all slots as little-endian float32, with one transfer per device.

    Args:
        values: one tensor per slot.
    """
    with torch.no_grad():
        parts = [
            _part(values[slot], plan.rows[slot]["steps"], full=plan.rows[slot]["full"])
            for slot in plan.stored
        ]
        if not parts:
            return bytearray()
        if len({part.device for part in parts}) > 1:
            parts = [part.cpu() for part in parts]
        blob = bytearray(4 * sum(part.numel() for part in parts))
        if not blob:
            return blob
        # Written where it stays: these are megabytes, and memory that is new costs time.
        numbers = torch.frombuffer(blob, dtype=torch.float32)
        if parts[0].is_cpu:
            torch.cat(parts, out=numbers)
        else:
            numbers.copy_(torch.cat(parts))
    if sys.byteorder == "big":
        np.frombuffer(blob, "<u4").byteswap(inplace=True)
    return blob


def _part(value: Tensor, steps: Shape, *, full: bool) -> Tensor:
    if not full:
        value = value.detach()[tuple(slice(None, None, step) for step in steps)]
    value = value.reshape(-1)
    return value if value.dtype is torch.float32 else value.to(torch.float32)


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


def summarize_previews(values: Sequence[Tensor], plan: SlotPlan) -> dict[int, Statistics]:
    """Exact statistics by slot, for those that are not full.

    Args:
        values: one tensor per slot.
    """
    known = {slot: summarize(values[slot]) for slot in set(plan.summarized.values())}
    return {slot: known[alike] for slot, alike in plan.summarized.items()}


def summarize(tensor: Tensor) -> Statistics:
    """Exact statistics of all numbers of a tensor, in float64.

    Mean, deviation, extremes and norm are over the finite numbers; 0 where there are none.
    """
    with torch.no_grad():
        numbers = tensor.detach().reshape(-1).to("cpu", torch.float64)
        count = numbers.numel()
        # One pass tells whether all are finite: NaN and infinity reach the sum of squares.
        squares = float(numbers.dot(numbers))
        if not math.isfinite(squares):
            numbers = numbers[torch.isfinite(numbers)]
            squares = float(numbers.dot(numbers))
        finite = numbers.numel()
        if finite == 0:
            return Statistics(
                min=0, max=0, mean=0, std=0, l2_norm=0, zero_share=0, non_finite=count
            )
        mean = numbers.sum().item() / finite
        centred = numbers - mean
        variance = centred.dot(centred).item() / finite
        smallest, largest = numbers.aminmax()
        zeros = finite - int(numbers.count_nonzero())
    return Statistics(
        min=smallest.item(),
        max=largest.item(),
        mean=mean,
        std=variance**0.5,
        l2_norm=squares**0.5,
        zero_share=zeros / count,
        non_finite=count - finite,
    )
