"""Exact statistics of tensors of which a tape holds only a preview."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradtape.engine.recorder.blob import SlotPlan
from gradtape.tape.frame import Statistics

Array = NDArray[Any]

CANCELLATION = 1e-3
"""Share of the squared mean: with less variance than this, more than three of sixteen digits would
be lost in the difference of two sums."""

BLOCK = 2**16
"""Numbers worked on at a time: in float64 half a megabyte, which a processor keeps at hand, and few
enough that their memory is not fetched anew from the system each time."""

STRIP = 2**13
"""Numbers multiplied at a time. From 10,000 on OpenBLAS would wake threads for it, which take ten
times as long to come where the processor is busy; and how many there are would tell in the bits."""


class _Sums(NamedTuple):
    """What one pass over numbers tells of them."""

    smallest: float
    largest: float
    total: float
    squares: float
    zeros: int


def summarize_previews(values: Sequence[Tensor], plan: SlotPlan) -> dict[int, Statistics]:
    """Exact statistics by slot, for those that are not full.

    Args:
        values: one tensor per slot.
    """
    distinct = list(dict.fromkeys(plan.summarized.values()))
    known = dict(zip(distinct, _summarize_all([values[slot] for slot in distinct]), strict=True))
    return {slot: known[alike] for slot, alike in plan.summarized.items()}


def summarize(tensor: Tensor) -> Statistics:
    """Exact statistics of all numbers of a tensor, in float64.

    Mean, deviation, extremes and norm are over the finite numbers; 0 where there are none.
    """
    return _summarize_all([tensor])[0]


@np.errstate(over="ignore", invalid="ignore")  # large numbers, and what is none: both are data
def _summarize_all(tensors: Sequence[Tensor]) -> list[Statistics]:
    """Those of equal size together: of small ones, to call numpy would cost more than to count."""
    arrays = [_flatten(tensor) for tensor in tensors]
    alike: dict[tuple[int, Any], list[int]] = {}
    for place, array in enumerate(arrays):
        alike.setdefault((array.size, array.dtype), []).append(place)
    told: dict[int, Statistics] = {}
    workspace = torch.empty(BLOCK, dtype=torch.float64)
    for places in alike.values():
        sums = _sum_up([arrays[place] for place in places], workspace)
        for place, each in zip(places, sums, strict=True):
            told[place] = _describe(arrays[place], each)
    return [told[place] for place in range(len(tensors))]


def _flatten(tensor: Tensor) -> Array:
    """The numbers in whatever order they lie: a transposed matrix is not copied."""
    if tensor.dtype is torch.bfloat16:  # numpy has no such type; float32 holds it exactly
        tensor = tensor.float()
    return tensor.numpy(force=True).ravel(order="K")


def _sum_up(arrays: list[Array], workspace: Tensor) -> Iterator[_Sums]:
    """One pass over arrays of one size."""
    size = arrays[0].size
    if size > BLOCK:
        for array in arrays:
            parts = [array[first : first + BLOCK] for first in range(0, size, BLOCK)]
            yield _join([each for part in parts for each in _pass_over(part[None], workspace)])
    elif size:
        rows = BLOCK // size
        for first in range(0, len(arrays), rows):
            block = arrays[first : first + rows]
            joined = block[0] if len(block) == 1 else np.concatenate(block)
            yield from _pass_over(joined.reshape(len(block), size), workspace)
    else:
        yield from (_Sums(0, 0, 0, 0, 0) for _ in arrays)


def _pass_over(rows: Array, workspace: Tensor) -> Iterator[_Sums]:
    """The sums of each row. Torch adds and numpy multiplies, each twice as fast as the other.

    Args:
        rows: of at most BLOCK numbers together.
    """
    place = workspace[: rows.size].view(rows.shape)
    exact = place.numpy()
    np.copyto(exact, rows)
    numbers = rows if rows.dtype == np.float32 else exact  # half as many bytes to look at
    smallest, largest = np.minimum.reduce(numbers, 1), np.maximum.reduce(numbers, 1)
    zeros = [int(np.count_nonzero(row)) for row in numbers == 0]
    return map(
        _Sums,
        smallest.tolist(),
        largest.tolist(),
        place.sum(1).tolist(),
        sum_squares(exact).tolist(),
        zeros,
    )


def sum_squares(numbers: Array) -> Any:
    """Along the last dimension, in their own precision. NaN and infinity reach it."""
    whole = numbers.shape[-1] // STRIP * STRIP
    strips = numbers[..., :whole].reshape(*numbers.shape[:-1], whole // STRIP, STRIP)
    rest = numbers[..., whole:]
    return np.add.reduce(np.vecdot(strips, strips), -1) + np.vecdot(rest, rest)


def _join(parts: list[_Sums]) -> _Sums:
    if len(parts) == 1:
        return parts[0]
    smallest, largest, total, squares, zeros = zip(*parts, strict=True)
    return _Sums(min(smallest), max(largest), sum(total), sum(squares), sum(zeros))


def _describe(numbers: Array, sums: _Sums) -> Statistics:
    count = numbers.size
    # NaN and infinity reach the sum of squares.
    if not count or not math.isfinite(sums.squares):
        return _describe_finite(numbers, sums.zeros)
    mean = sums.total / count
    variance = sums.squares / count - mean**2
    if variance <= CANCELLATION * mean**2:
        # Numbers that lie close together and far from zero: their squares hardly tell them apart.
        variance = float(np.var(numbers, dtype=np.float64))
    return Statistics(
        min=sums.smallest,
        max=sums.largest,
        mean=mean,
        std=variance**0.5,
        l2_norm=sums.squares**0.5,
        zero_share=sums.zeros / count,
        non_finite=0,
    )


def _describe_finite(numbers: Array, zeros: int) -> Statistics:
    """Statistics of the finite numbers among others."""
    exact = numbers.astype(np.float64)
    finite = exact[np.isfinite(exact)]
    if not finite.size:
        return Statistics(
            min=0, max=0, mean=0, std=0, l2_norm=0, zero_share=0, non_finite=numbers.size
        )
    return Statistics(
        min=float(finite.min()),
        max=float(finite.max()),
        mean=float(finite.mean()),
        std=float(finite.std()),
        l2_norm=float(sum_squares(finite) ** 0.5),
        zero_share=zeros / numbers.size,
        non_finite=numbers.size - finite.size,
    )
