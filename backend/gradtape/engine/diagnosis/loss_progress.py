"""Whether a loss moves, and how far updates move the weights."""

import math
from collections.abc import Sequence
from statistics import fmean

from gradtape.engine.diagnosis.thresholds import LEARNED, LEARNED_ITERATIONS, PROGRESS
from gradtape.tape.metrics import Metrics


def progress(losses: Sequence[float]) -> float:
    """By how much of the loss the second half lies below the first."""
    middle = len(losses) // 2
    before, after = fmean(losses[:middle]), fmean(losses[middle:])
    return (before - after) / abs(before) if before else 0.0


def is_flat(losses: Sequence[float]) -> bool:
    """Whether there is hardly any progress, up or down."""
    return all(map(math.isfinite, losses)) and abs(progress(losses)) < PROGRESS


def has_learned(metrics: Metrics) -> bool:
    """Whether the loss has fallen so far that nothing can be very wrong."""
    latest = metrics.loss[-LEARNED_ITERATIONS:]
    return len(latest) == LEARNED_ITERATIONS and fmean(latest) < LEARNED * metrics.loss[0]


def largest_update(metrics: Metrics, *, first: bool = False) -> tuple[str | None, float]:
    """The layer whose weights a measured update moved the most, and its ratio to them.

    Biases do not count: they begin near zero, so that any update is large beside them.

    Args:
        first: whether the first update that was measured is meant, or the latest.
    """
    place = 0 if first else -1
    measured = {
        name: ratios[place]
        for name, ratios in metrics.updates.ratio.items()
        if ratios and math.isfinite(ratios[place]) and "bias" not in name.rpartition(".")[2]
    }
    if not measured:
        return None, 0.0
    name = max(measured, key=lambda each: measured[each])
    return name.rpartition(".")[0], measured[name]
