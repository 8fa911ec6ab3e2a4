"""Torch becomes plain numbers here: slots, the float32 blob, and exact statistics."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.private_torch import flatten
from gradtape.engine.tensor_table import Row, address
from gradtape.limits import MAX_INLINE_VALUES
from gradtape.tape.frame import Statistics

Shape = tuple[int, ...]


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
    """

    rows: list[Row]
    tensors: list[int]
    slot_of: list[int | None]


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
    plan = SlotPlan([], [], [])
    offset = 0
    for number, root in enumerate(roots):
        value = values[number]
        if root != number:
            plan.slot_of.append(plan.slot_of[root])
        elif value is None or not has_numbers(value):
            plan.slot_of.append(None)
        else:
            plan.slot_of.append(len(plan.rows))
            plan.tensors.append(number)
            stored = preview(tuple(value.shape))
            plan.rows.append(
                {
                    "offset": offset,
                    "count": stored.count,
                    "shape": stored.shape,
                    "steps": stored.steps,
                    "full": stored.shape == tuple(value.shape),
                }
            )
            offset += stored.count
    return plan


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


def fill_blob(values: Sequence[Tensor], plan: SlotPlan) -> bytes:
    """The numbers of all slots as little-endian float32, with one transfer per device.

    Args:
        values: one tensor per slot.
    """
    if not values:
        return b""
    with torch.no_grad():
        parts = [
            _part(value, slot["steps"], full=slot["full"])
            for value, slot in zip(values, plan.rows, strict=True)
        ]
        if len({part.device for part in parts}) > 1:
            parts = [part.cpu() for part in parts]
        numbers = flatten(parts).cpu().numpy()
    return numbers.astype("<f4", copy=False).tobytes()


def _part(value: Tensor, steps: Shape, *, full: bool) -> Tensor:
    if not full:
        value = value.detach()[tuple(slice(None, None, step) for step in steps)]
    return value if value.dtype is torch.float32 else value.to(torch.float32)


class Summaries:
    """Exact statistics of tensors; what lies in the same memory is looked through once.

    A transposed view, or a gradient that is the transpose of what a product gave, has the same
    numbers in another order: none of the figures depends on the order.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, torch.dtype], Statistics] = {}

    def of(self, tensor: Tensor) -> Statistics:
        """The statistics of one tensor."""
        place = address(tensor)
        if place is None or not _is_dense(tensor):
            return summarize(tensor)
        key = (place, tensor.numel(), tensor.dtype)
        if key not in self._known:
            self._known[key] = summarize(tensor)
        return self._known[key]


def _is_dense(tensor: Tensor) -> bool:
    """Whether a tensor fills a stretch of memory, each number once, in whatever order."""
    sizes = sorted(zip(tensor.stride(), tensor.shape, strict=True))
    expected = 1
    for stride, size in sizes:
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True


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
        mean = float(numbers.sum()) / finite
        centred = numbers - mean
        deviation = float(centred.dot(centred) / finite) ** 0.5
    # numpy finds extremes and zeros several times faster than torch does on one core.
    array = numbers.numpy()
    return Statistics(
        min=float(array.min()),
        max=float(array.max()),
        mean=mean,
        std=deviation,
        l2_norm=squares**0.5,
        zero_share=(finite - int(np.count_nonzero(array))) / count,
        non_finite=count - finite,
    )
