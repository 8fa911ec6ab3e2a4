"""Exact statistics of tensors of which a tape holds only a preview."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.recorder.blob import SlotPlan
from gradtape.tape.frame import Statistics

CANCELLATION = 1e-3
"""Share of the squared mean: with less variance than this, more than three of sixteen digits would
be lost in the difference of two sums."""


def summarize_previews(values: Sequence[Tensor], plan: SlotPlan) -> dict[int, Statistics]:
    """Exact statistics by slot, for those that are not full.

    Args:
        values: one tensor per slot.
    """
    distinct = set(plan.summarized.values())
    # One piece of memory for all: that of megabytes which are new costs as much as the arithmetic.
    largest = max((values[slot].numel() for slot in distinct), default=0)
    workspace = torch.empty(largest, dtype=torch.float64)
    known = {slot: summarize(values[slot], workspace) for slot in distinct}
    return {slot: known[alike] for slot, alike in plan.summarized.items()}


def summarize(tensor: Tensor, workspace: Tensor | None = None) -> Statistics:
    """Exact statistics of all numbers of a tensor, in float64.

    Mean, deviation, extremes and norm are over the finite numbers; 0 where there are none.

    Args:
        workspace: float64 on the CPU, of one dimension, at least as many numbers; written to.
    """
    flat = tensor.detach().reshape(-1)
    count = flat.numel()
    if workspace is None:
        workspace = torch.empty(count, dtype=torch.float64)
    exact = workspace[:count].copy_(flat)
    # One pass tells whether all are finite: NaN and infinity reach the sum of squares.
    squares = exact.dot(exact).item()
    if not math.isfinite(squares):
        exact = exact[torch.isfinite(exact)]
        squares = exact.dot(exact).item()
    elif flat.dtype is torch.float32 and flat.device.type == "cpu":
        return _describe(flat, exact, squares, non_finite=0)  # half as many bytes to look at
    return _describe(exact, exact, squares, non_finite=count - exact.numel())


def _describe(numbers: Tensor, exact: Tensor, squares: float, *, non_finite: int) -> Statistics:
    """Statistics of finite numbers.

    Args:
        numbers: of one dimension.
        exact: the same numbers in float64; may be written to.
        squares: their sum of squares.
        non_finite: how many others there were.
    """
    count = numbers.numel()
    if count == 0:
        return Statistics(
            min=0, max=0, mean=0, std=0, l2_norm=0, zero_share=0, non_finite=non_finite
        )
    smallest, largest = (extreme.item() for extreme in numbers.aminmax())
    # numpy: torch takes four times as long to count on one core.
    zeros = np.count_nonzero(numbers.numpy() == 0) if smallest <= 0 <= largest else 0
    mean = exact.sum().item() / count
    return Statistics(
        min=smallest,
        max=largest,
        mean=mean,
        std=_variance(exact, squares, mean) ** 0.5,
        l2_norm=squares**0.5,
        zero_share=zeros / (count + non_finite),
        non_finite=non_finite,
    )


def _variance(exact: Tensor, squares: float, mean: float) -> float:
    """Of numbers with this sum of squares and this mean; they may be written to."""
    count = exact.numel()
    variance = squares / count - mean**2
    if variance > CANCELLATION * mean**2:
        return variance
    # Numbers that lie close together and far from zero: their squares hardly tell them apart.
    exact -= mean
    return exact.dot(exact).item() / count
