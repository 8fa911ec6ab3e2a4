"""Diagnosis: all detectors, and which findings are only consequences of others."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from gradtape.engine.diagnosis.accumulated_gradients import find_accumulated_gradients
from gradtape.engine.diagnosis.dead_relu import find_dead_relus
from gradtape.engine.diagnosis.exploding_gradient import find_exploding_gradients
from gradtape.engine.diagnosis.label_shift import find_label_shift
from gradtape.engine.diagnosis.loss_plateau import find_loss_plateau
from gradtape.engine.diagnosis.loss_progress import has_learned
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
    run = Observation(experiment.spec, experiment.metrics(), targets=experiment.training_targets)
    recorded = experiment.recorded_iterations
    lost = run.first_lost
    # From there on everything may be NaN, which shows nothing of the layers.
    sound = [number for number in recorded if lost is None or number < lost[0]] or recorded[:1]
    suspects = sound[-1:] if lost is None else [each for each in recorded if each <= lost[0]][-2:]

    def observe(iteration: int) -> Observation:
        return replace(run, recording=experiment.recording(iteration))

    return diagnose(
        observe(sound[-1]) if sound else run,
        began=observe(sound[0]) if sound else run,
        suspects=[observe(each) for each in suspects] or [run],
    )


def diagnose_recording(recording: Recording) -> list[Finding]:
    """What a single iteration of any code shows, causes first."""
    seen = Observation(recording=recording)
    return diagnose(seen, began=seen, suspects=[seen])


def diagnose(
    seen: Observation, *, began: Observation, suspects: Sequence[Observation]
) -> list[Finding]:
    """What is wrong, without what follows from it.

    Args:
        seen: a run as it stands, with the latest recording before its loss was lost.
        began: the same with its first recording. A layer that was sound then has been driven to
            where it is: by steps that are too large, or to no harm where the loss has fallen far.
        suspects: the same with recordings that may have made the first bad number, in order.
    """
    of_layers, of_training = _find_all(OF_LAYERS, seen), _find_all(OF_TRAINING, seen)
    inborn = {finding.kind for finding in _find_all(OF_LAYERS, began)}
    driven = [finding for finding in of_layers if finding.kind not in inborn]
    of_layers = [finding for finding in of_layers if finding.kind in inborn]
    if not of_training and not (seen.metrics and has_learned(seen.metrics)):
        of_layers += [_blame_steps(finding, seen, began) for finding in driven]
    if any(finding.kind is FindingKind.EXPLODING_GRADIENT for finding in of_layers):
        of_training = []
    found = [
        *find_accumulated_gradients(seen),
        *of_layers,
        *of_training,
        *find_non_finite(suspects),
    ]
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


def _find_all(detectors: Sequence[Detector], seen: Observation) -> list[Finding]:
    return list(chain.from_iterable(detector(seen) for detector in detectors))
