"""Torch becomes plain numbers here: slots, the float32 blob, and exact statistics."""

from collections.abc import Sequence
from functools import lru_cache

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


def plan_slots(entries: Sequence[Entry]) -> tuple[list[Slot], list[int | None]]:
    """Lay out the blob: the slots in order, and each entry's slot.

    Entries that hold the same numbers share a slot; one without numbers has none.
    """
    slots: list[Slot] = []
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
        slots.append(_slot(offset, entry.shape))
        offset += slots[-1].count
    return slots, slot_of


def _slot(offset: int, shape: tuple[int, ...]) -> Slot:
    steps = preview_steps(shape)
    stored = tuple(-(-size // step) for size, step in zip(shape, steps, strict=True))
    count = int(np.prod(stored, dtype=np.int64))
    return Slot(
        offset=offset, count=count, shape=stored, steps=steps, full=all(step == 1 for step in steps)
    )


@lru_cache(maxsize=4_096)
def preview_steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides that leave at most MAX_INLINE_VALUES numbers; the longest dimension is thinned first."""
    steps = [1] * len(shape)
    stored = list(shape)
    while np.prod(stored, dtype=np.int64) > MAX_INLINE_VALUES:
        longest = stored.index(max(stored))
        steps[longest] *= 2
        stored[longest] = -(-shape[longest] // steps[longest])
    return tuple(steps)


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
        count = max(numbers.numel(), 1)
        low, high = (float(end) for end in torch.aminmax(numbers)) if numbers.numel() else (0, 0)
        non_finite = 0
        if not (np.isfinite(low) and np.isfinite(high)):
            finite = numbers[torch.isfinite(numbers)]
            non_finite = numbers.numel() - finite.numel()
            numbers = finite
            low, high = (float(end) for end in torch.aminmax(numbers)) if numbers.numel() else (0, 0)
        kept = max(numbers.numel(), 1)
        mean = float(numbers.sum()) / kept
        squares = float(numbers.dot(numbers))
        zeros = numbers.numel() - int(torch.count_nonzero(numbers))
        deviation = float((numbers - mean).square_().sum() / kept) ** 0.5
    return Statistics(
        min=low,
        max=high,
        mean=mean,
        std=deviation,
        l2_norm=squares**0.5,
        zero_share=zeros / count,
        non_finite=non_finite,
    )
