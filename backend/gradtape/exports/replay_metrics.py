"""The curves of a long run with fewer rows; spikes and what is not finite stay."""

import math
from collections.abc import Sequence
from functools import partial

from gradtape.limits import MAX_REPLAY_METRIC_VALUES
from gradtape.tape.metrics import Metrics


def thin_metrics(metrics: Metrics) -> tuple[Metrics, list[str]]:
    """Metrics of at most MAX_REPLAY_METRIC_VALUES numbers, and what a viewer has to be told."""
    rows = len(metrics.iteration)
    most_rows = max(2, MAX_REPLAY_METRIC_VALUES * rows // max(1, metrics.value_count))
    if rows <= most_rows:
        return metrics, []
    kept = _extremes(metrics.loss, most_rows)
    notice = (
        f"The curves show {len(kept):,} of {rows:,} iterations: of each stretch the lowest and "
        "the highest loss."
    )
    return metrics.pick(partial(_rows_of, {metrics.iteration[row] for row in kept})), [notice]


def _rows_of(kept: set[int], iterations: Sequence[int]) -> list[int]:
    """The rows of iterations that stay; of what is measured now and then, of those alone."""
    return [row for row, iteration in enumerate(iterations) if iteration in kept]


def _extremes(losses: Sequence[float], most_rows: int) -> list[int]:
    """The rows of the lowest and the highest loss of each of equally long stretches."""
    width = math.ceil(len(losses) / (most_rows // 2))
    kept: set[int] = set()
    for start in range(0, len(losses), width):
        stretch = range(start, min(start + width, len(losses)))
        kept.add(min(stretch, key=lambda row: _height(losses[row])))
        kept.add(max(stretch, key=lambda row: _height(losses[row])))
    return sorted(kept)


def _height(loss: float) -> float:
    """NaN is as bad as infinity: the first of them in a stretch is its highest."""
    return math.inf if math.isnan(loss) else loss
