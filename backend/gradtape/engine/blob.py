"""Torch becomes plain numbers here: slots, the float32 blob, and exact statistics."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.tensor_ledger import Entry
from gradtape.limits import MAX_INLINE_VALUES
from gradtape.tape.frame import Statistics
from gradtape.tape.structure import Slot


def has_numbers(tensor: Tensor) -> bool:
    """Whether a tensor can be shown as a grid of real numbers."""
    return tensor.layout is torch.strided and not tensor.is_complex() and not tensor.is_quantized


def plan_slots(entries: Sequence[Entry]) -> tuple[list[dict[str, Any]], list[int | None]]:
    """Lay out the blob: the slots in order, as rows, and each entry's slot.

    Entries that hold the same numbers share a slot; one without numbers has none.
    """
    slots: list[dict[str, Any]] = []
    slot_of: list[int | None] = []
    offset = 0
    for entry in entries:
        if entry.same_as is not None:
            slot_of.append(slot_of[entry.same_as])
            continue
        if entry.value is None or entry.uninitialised or not has_numbers(entry.value):
            slot_of.append(None)
            continue
        slot_of.append(len(slots))
        stored, steps, count = preview(entry.shape)
        slots.append(
            {
                "offset": offset,
                "count": count,
                "shape": stored,
                "steps": steps,
                "full": stored == entry.shape,
            }
        )
        offset += count
    return slots, slot_of


@lru_cache(maxsize=4_096)
def preview(shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """What of a shape is stored: the stored shape, the stride per dimension, and the count.

    At most MAX_INLINE_VALUES numbers; the longest dimension is thinned first.
    """
    steps = [1] * len(shape)
    stored = list(shape)
    while math.prod(stored) > MAX_INLINE_VALUES:
        longest = stored.index(max(stored))
        steps[longest] *= 2
        stored[longest] = -(-shape[longest] // steps[longest])
    return tuple(stored), tuple(steps), math.prod(stored)


def fill_blob(values: Sequence[Tensor], slots: Sequence[Slot]) -> bytes:
    """The numbers of all slots as little-endian float32, with one transfer per device.

    Args:
        values: one tensor per slot.
    """
    with torch.no_grad():
        parts = [
            (value if slot.full else value[tuple(slice(None, None, step) for step in slot.steps)])
            .detach()
            .reshape(-1)
            .to(torch.float32)
            for value, slot in zip(values, slots, strict=True)
        ]
        if not parts:
            return b""
        if len({part.device for part in parts}) > 1:
            parts = [part.cpu() for part in parts]
        numbers = torch.cat(parts).cpu().numpy()
    return numbers.astype("<f4", copy=False).tobytes()


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
