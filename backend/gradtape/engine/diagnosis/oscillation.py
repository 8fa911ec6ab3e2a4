"""A loss that runs away, zigzags, or stands still while the weights jump: steps go too far."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from gradtape.engine.diagnosis.cures import change_rate
from gradtape.engine.diagnosis.loss_progress import is_flat, largest_update
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import (
    AMPLITUDE,
    FEWEST_ZIGZAGS,
    FIRST_UPDATE,
    JUMP,
    RUNAWAY,
    RUNAWAY_ITERATIONS,
    TURNING_SHARE,
    UNSETTLED,
    UNSETTLED_BATCHES,
)
from gradtape.tape.finding import Cure, Finding, FindingKind

TAKE_SMALLER_STEPS = "Take smaller steps: a tenth of the learning rate, or less."
SMALLER = 0.1  # of the learning rate: the most that is tried in a copy

Told = tuple[str, dict[str, float]]
"""A message, and the numbers in it by name."""


def find_oscillation(seen: Observation) -> list[Finding]:
    """At most one, at the layer whose weights an update moves the most."""
    metrics = seen.metrics
    if metrics is None or len(metrics.loss) <= RUNAWAY_ITERATIONS:
        return []
    runaway = _tell_runaway(metrics.loss)
    # A loss that has run away may have left the weights where nothing moves them any more.
    layer, ratio = largest_update(metrics, first=runaway is not None)
    on_batches = seen.learns_on_batches
    told = (
        runaway
        or _tell_zigzag(metrics.loss, on_batches=on_batches)
        or (None if on_batches else _tell_jumps(metrics.loss, ratio))
    )
    if told is None:
        return []
    message, evidence = told
    moved = (
        f" An update moves the weights of {layer} by {ratio:.2g} of their size." if layer else ""
    )
    rate = metrics.learning_rate[-1]
    return [
        Finding(
            kind=FindingKind.OSCILLATION,
            layer=layer,
            iteration=seen.last_iteration,
            evidence=evidence | {"update_ratio": ratio, "learning_rate": rate},
            message=f"{message}{moved} The learning rate is {rate:g}.",
            suggestion=TAKE_SMALLER_STEPS,
            cure=slow_down(seen),
        )
    ]


def slow_down(seen: Observation) -> Cure | None:
    """A learning rate so small that the first update keeps the weights recognizable."""
    _, first = (None, 0.0) if seen.metrics is None else largest_update(seen.metrics, first=True)
    factor = min(SMALLER, FIRST_UPDATE / first) if first > 0 else SMALLER
    return change_rate(seen.spec, factor)


def _tell_runaway(losses: Sequence[float]) -> Told | None:
    """A loss that stays many times above the first one, until it is no number any more."""
    first = losses[0]
    finite = [loss for loss in losses if math.isfinite(loss)]
    is_lost = len(finite) < len(losses)
    latest = finite[-1 if is_lost else -RUNAWAY_ITERATIONS :]
    if len(finite) < 2 or first <= 0 or min(latest) <= RUNAWAY * first:
        return None
    largest = max(finite)
    return (
        f"The loss runs away, from {first:.3g} up to {largest:.3g}.",
        {"first_loss": first, "largest_loss": largest, "loss": losses[-1]},
    )


def _tell_zigzag(losses: Sequence[float], *, on_batches: bool) -> Told | None:
    """A loss that goes up and down, and gets nowhere."""
    window = losses[-FEWEST_ZIGZAGS:]
    if len(losses) <= FEWEST_ZIGZAGS or not all(map(math.isfinite, window)):
        return None
    level = UNSETTLED_BATCHES * max(losses[:3]) if on_batches else UNSETTLED * losses[0]
    differences = [after - before for before, after in pairwise(window)]
    turns = [before * after < 0 for before, after in pairwise(differences)]
    mean, amplitude = fmean(window), fmean(map(abs, differences))
    if mean < level or fmean(turns) < TURNING_SHARE or amplitude < AMPLITUDE * mean:
        return None
    return (
        f"The loss goes up and down by {amplitude:.3g} around {mean:.3g}, and turned "
        f"{sum(turns)} times in the last {len(window)} iterations.",
        {"mean_loss": mean, "amplitude": amplitude, "turns": sum(turns)},
    )


def _tell_jumps(losses: Sequence[float], ratio: float) -> Told | None:
    """A loss that stands still while the weights do not: each step lands on the other side."""
    window = losses[-FEWEST_ZIGZAGS:]
    if len(losses) <= FEWEST_ZIGZAGS or ratio < JUMP or not is_flat(window):
        return None
    return (
        f"The loss stays at {fmean(window):.3g} although the weights jump.",
        {"mean_loss": fmean(window)},
    )
