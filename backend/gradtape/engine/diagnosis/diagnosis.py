"""Diagnosis: all detectors, and which findings are only consequences of others."""

import math
from collections.abc import Callable, Sequence
from itertools import chain

from gradtape.engine.diagnosis.accumulated_gradients import find_accumulated_gradients
from gradtape.engine.diagnosis.dead_relu import find_dead_relus
from gradtape.engine.diagnosis.exploding_gradient import find_exploding_gradients
from gradtape.engine.diagnosis.label_shift import find_label_shift
from gradtape.engine.diagnosis.loss_plateau import find_loss_plateau
from gradtape.engine.diagnosis.non_finite import find_non_finite
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.oscillation import TAKE_SMALLER_STEPS, find_oscillation, slow_down
from gradtape.engine.diagnosis.saturation import find_saturation
from gradtape.engine.diagnosis.symmetric_initialization import find_symmetric_initialization
from gradtape.engine.diagnosis.thresholds import WEAK
from gradtape.engine.diagnosis.vanishing_gradient import find_vanishing_gradients
from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.finding import Finding, FindingKind
from gradtape.tape.metrics import Metrics

Detector = Callable[[Observation], list[Finding]]

OF_LAYERS: Sequence[Detector] = (
    find_symmetric_initialization,
    find_exploding_gradients,
    find_vanishing_gradients,
    find_dead_relus,
    find_saturation,
)
"""What one recording shows of its layers."""

OF_TRAINING: Sequence[Detector] = (find_label_shift, find_oscillation)
"""What drives layers that began sound into another state."""


def diagnose_experiment(experiment: Experiment) -> list[Finding]:
    """What is wrong with a run as it stands, causes first; an empty list means healthy."""
    metrics = experiment.metrics()
    recorded = experiment.recorded_iterations
    began = experiment.recording(recorded[0]) if recorded else None
    number = _iteration_to_look_at(recorded, metrics)
    latest = None if number is None else experiment.recording(number)

    def observe(recording: Recording | None) -> Observation:
        return Observation(experiment.spec, metrics, recording, experiment.training_targets)

    return diagnose(observe(latest), observe(began))


def diagnose_recording(recording: Recording) -> list[Finding]:
    """What a single iteration of any code shows, causes first."""
    seen = Observation(recording=recording)
    return diagnose(seen, seen)


def diagnose(seen: Observation, began: Observation) -> list[Finding]:
    """What is wrong, without what follows from it.

    Args:
        seen: a run as it stands.
        began: the same with its first recording: a layer that was sound then, in a run that steps
            too far or whose targets lie far away, has been driven to where it is.
    """
    of_layers, of_training = _find_all(OF_LAYERS, seen), _find_all(OF_TRAINING, seen)
    inborn = {finding.kind for finding in _find_all(OF_LAYERS, began)}
    driven = [finding for finding in of_layers if finding.kind not in inborn]
    of_layers = [finding for finding in of_layers if finding.kind in inborn]
    if not of_training:
        of_layers += [_blame_steps(finding, seen, began) for finding in driven]
    if any(finding.kind is FindingKind.EXPLODING_GRADIENT for finding in of_layers):
        of_training = []
    found = [*find_accumulated_gradients(seen), *of_layers, *of_training, *find_non_finite(seen)]
    return found or _explain_plateau(seen)


def _blame_steps(finding: Finding, seen: Observation, began: Observation) -> Finding:
    """A finding of a layer that was sound when the run began."""
    told = f"{finding.message} In iteration {began.iteration} it was not so: steps led there."
    return finding.model_copy(
        update={"message": told, "suggestion": TAKE_SMALLER_STEPS, "cure": slow_down(seen)}
    )


def _explain_plateau(seen: Observation) -> list[Finding]:
    """A loss that stands still, or why it does: the gradient fades, if not yet to nothing."""
    plateau = find_loss_plateau(seen)
    return plateau and (find_vanishing_gradients(seen, below=WEAK) or plateau)


def _iteration_to_look_at(recorded: Sequence[int], metrics: Metrics) -> int | None:
    """The latest recorded one before everything is NaN, or the one where that began."""
    rows = zip(metrics.iteration, metrics.loss, strict=True)
    lost = next((row for row, loss in rows if not math.isfinite(loss)), None)
    sound = [number for number in recorded if lost is None or number <= lost]
    return max(sound or recorded, default=None)


def _find_all(detectors: Sequence[Detector], seen: Observation) -> list[Finding]:
    return list(chain.from_iterable(detector(seen) for detector in detectors))
