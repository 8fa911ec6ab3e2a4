"""The curves of a long run with fewer rows; spikes and what is not finite stay."""

import math
from collections.abc import Sequence

from gradtape.limits import MAX_REPLAY_METRIC_VALUES
from gradtape.tape.metrics import Metrics


def thin_metrics(metrics: Metrics) -> tuple[Metrics, list[str]]:
    """Metrics of at most MAX_REPLAY_METRIC_VALUES numbers, and what a viewer has to be told."""
    rows = len(metrics.iteration)
    columns = 3 + len(metrics.gradient_norm) + len(metrics.parameter_norm)
    most_rows = max(2, MAX_REPLAY_METRIC_VALUES // columns)
    if rows <= most_rows:
        return metrics, []
    kept = _extremes(metrics.loss, most_rows)
    notice = (
        f"The curves show {len(kept):,} of {rows:,} iterations: of each stretch the lowest and "
        "the highest loss."
    )
    return _pick(metrics, kept), [notice]


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


def _pick(metrics: Metrics, rows: Sequence[int]) -> Metrics:
    def column(numbers: Sequence[float]) -> list[float]:
        return [numbers[row] for row in rows]

    return Metrics(
        iteration=[metrics.iteration[row] for row in rows],
        loss=column(metrics.loss),
        learning_rate=column(metrics.learning_rate),
        gradient_norm={name: column(norms) for name, norms in metrics.gradient_norm.items()},
        parameter_norm={name: column(norms) for name, norms in metrics.parameter_norm.items()},
    )
