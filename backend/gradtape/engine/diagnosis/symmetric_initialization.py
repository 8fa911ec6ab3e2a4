"""Units of a layer that are all the same, and stay so: all learn what one of them would."""

import torch
from torch import Tensor

from gradtape.engine.diagnosis.cures import fill_as_usual
from gradtape.engine.diagnosis.layer_reading import LayerReading
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import ALIKE
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.finding import Finding, FindingKind


def find_symmetric_initialization(seen: Observation) -> list[Finding]:
    """The first layer whose units have equal weights and are given equal gradients."""
    recording = seen.recording
    if recording is None:
        return []
    alike = [layer for layer in seen.learning_layers if _are_alike(layer, recording)]
    return [_describe(seen, alike[0], recording, [each.name for each in alike])] if alike else []


def _are_alike(layer: LayerReading, recording: Recording) -> bool:
    """Whether each parameter of two or more dimensions, and its gradient, has equal rows."""
    weights = [
        number
        for number in layer.parameters.values()
        if len(recording.structure.tensors[number].shape) > 1
    ]
    return bool(weights) and all(
        _has_equal_rows(recording.tensor(each))
        for number in layer.parameters.values()
        for each in (number, recording.structure.tensors[number].gradient)
        if each is not None
    )


def _has_equal_rows(value: Tensor | None) -> bool:
    """One row per unit, and more than one unit."""
    if value is None or not value.is_floating_point() or len(value) < 2:
        return False
    rows = value.detach().to_dense().to(torch.float64)
    return bool((rows - rows[0]).abs().max() <= ALIKE * rows.abs().max())


def _describe(
    seen: Observation, layer: LayerReading, recording: Recording, alike: list[str]
) -> Finding:
    weight = recording.tensor(next(iter(layer.parameters.values())))
    units = 0 if weight is None else len(weight)
    largest = 0.0 if weight is None else weight.detach().abs().max().item()
    return Finding(
        kind=FindingKind.SYMMETRIC_INITIALIZATION,
        layer=layer.name,
        iteration=seen.iteration,
        evidence={"units": units, "different_units": 1, "largest_weight": largest},
        message=f"All {units} units of {layer.name} have the same weights and are given the same "
        "gradient, so that they stay the same: together they can do what one of them does.",
        suggestion="Fill weights with random numbers; zeros are for biases only.",
        cure=fill_as_usual(seen.spec, alike),
    )
