"""A loss that does not move: because of the targets, of too small steps, or of no gradient."""

from statistics import fmean

from gradtape.engine.diagnosis.baseline import Baseline, find_baseline
from gradtape.engine.diagnosis.cures import change_rate
from gradtape.engine.diagnosis.loss_progress import is_flat, largest_update
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import (
    NEAR_BASELINE,
    PLATEAU_ITERATIONS,
    STILL,
    TINY_UPDATE,
    USUAL_UPDATE,
)
from gradtape.tape.finding import Cure, Finding, FindingKind
from gradtape.tape.metrics import Metrics


def find_loss_plateau(seen: Observation) -> list[Finding]:
    """At most one, and none where the loss stands still because everything has been learned."""
    metrics = seen.metrics
    if metrics is None or len(metrics.loss) < PLATEAU_ITERATIONS:
        return []
    window = metrics.loss[-PLATEAU_ITERATIONS:]
    if not is_flat(window):
        return []
    loss = fmean(window)
    if _hardly_moves(metrics):
        return [_tell_small_steps(seen, metrics, loss)]
    baseline = _baseline(seen)
    if baseline is not None and abs(loss - baseline.loss) <= NEAR_BASELINE * baseline.loss:
        return [_tell_baseline(seen, loss, baseline)]
    return []


def _hardly_moves(metrics: Metrics) -> bool:
    """Whether the loss is where it began, and updates are tiny."""
    first, now = metrics.loss[0], fmean(metrics.loss[-PLATEAU_ITERATIONS:])
    layer, ratio = largest_update(metrics)
    return layer is not None and ratio < TINY_UPDATE and abs(now - first) < STILL * abs(first)


def _tell_small_steps(seen: Observation, metrics: Metrics, loss: float) -> Finding:
    layer, ratio = largest_update(metrics)
    gradient = max((column[-1] for column in metrics.gradient_norm.values()), default=0.0)
    rate = metrics.learning_rate[-1]
    return Finding(
        kind=FindingKind.LOSS_PLATEAU,
        layer=layer,
        iteration=seen.last_iteration,
        evidence={
            "loss": loss,
            "update_ratio": ratio,
            "learning_rate": rate,
            "largest_gradient_norm": gradient,
        },
        message=f"The loss stays at {loss:.4g}: an update moves the weights of {layer} by "
        f"{ratio:.1g} of their size, and no others by more. The learning rate is {rate:g}, the "
        f"largest norm of a gradient {gradient:.2g}.",
        suggestion="Take larger steps: an update usually moves weights by some 1e-3 of their size.",
        cure=_faster(seen, ratio),
    )


def _faster(seen: Observation, ratio: float) -> Cure | None:
    return change_rate(seen.spec, USUAL_UPDATE / ratio) if ratio > 0 else None


def _baseline(seen: Observation) -> Baseline | None:
    if seen.spec is None or seen.targets is None:
        return None
    per_number = find_baseline(seen.spec.loss, seen.targets)
    if per_number is None or seen.spec.loss.reduction == "mean":
        return per_number
    numbers = seen.targets.numel() / len(seen.targets) * (seen.spec.batch_size or len(seen.targets))
    return per_number._replace(loss=per_number.loss * numbers)


def _tell_baseline(seen: Observation, loss: float, baseline: Baseline) -> Finding:
    return Finding(
        kind=FindingKind.LOSS_PLATEAU,
        layer=seen.learning_layers[-1].name if seen.learning_layers else None,
        iteration=seen.last_iteration,
        evidence={"loss": loss, "baseline": baseline.loss},
        message=f"The loss stays at {loss:.4g}. That is {baseline.loss:.4g}, {baseline.name}: what "
        "the best answer costs that does not look at the input.",
        suggestion="Check that the targets belong to the inputs; if they do, give the network more "
        "to see, or more layers to see it with.",
    )
