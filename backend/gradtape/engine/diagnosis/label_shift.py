"""Targets that lie far from where the network's outputs begin: only the last bias has to move."""

from typing import NamedTuple

import torch
from torch import Tensor

from gradtape.engine.diagnosis.cures import start_bias_at
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import OFFSET_DEVIATIONS, OFFSET_SHARE
from gradtape.tape.finding import Finding, FindingKind
from gradtape.tape.structure import Role

DISTANCE_LOSSES = ("mse", "l1", "huber", "smooth_l1")


def find_label_shift(seen: Observation) -> list[Finding]:
    """The last layer, where the targets' mean is many of their deviations away from the outputs'.

    Only for losses that are a distance; classes have no place that could be far away.
    """
    if seen.spec is None or seen.spec.loss.kind not in DISTANCE_LOSSES or not seen.learning_layers:
        return []
    outputs, targets = _outputs(seen), _targets(seen)
    if outputs is None or targets is None or outputs.shape != targets.shape:
        return []
    found = _Offset(
        size=(targets.mean() - outputs.mean()).item(),
        target_mean=targets.mean().item(),
        target_deviation=targets.std(correction=0).item(),
        error=(targets - outputs).square().mean().item(),
    )
    return [_describe(seen, found)] if found.dwarfs_the_rest else []


class _Offset(NamedTuple):
    """The targets' mean without the outputs', and the mean squared error that it is a part of."""

    size: float
    target_mean: float
    target_deviation: float
    error: float

    @property
    def dwarfs_the_rest(self) -> bool:
        """Whether there is little else to be learned for now."""
        deviations = OFFSET_DEVIATIONS * self.target_deviation
        return 0 < deviations < abs(self.size) and self.share >= OFFSET_SHARE

    @property
    def share(self) -> float:
        """Of the squared error."""
        return self.size**2 / self.error if self.error else 0.0


def _outputs(seen: Observation) -> Tensor | None:
    recording = seen.recording
    number = None if recording is None else recording.structure.output
    return None if recording is None or number is None else _exact(recording.tensor(number))


def _targets(seen: Observation) -> Tensor | None:
    recording = seen.recording
    if recording is None:
        return None
    tensors = recording.structure.tensors
    number = next((tensor.id for tensor in tensors if tensor.role is Role.TARGET), None)
    return None if number is None else _exact(recording.tensor(number))


def _exact(value: Tensor | None) -> Tensor | None:
    return None if value is None else value.detach().to("cpu", torch.float64)


def _describe(seen: Observation, found: _Offset) -> Finding:
    layer = seen.learning_layers[-1].name
    return Finding(
        kind=FindingKind.LABEL_SHIFT,
        layer=layer,
        iteration=seen.iteration,
        evidence={
            "target_mean": found.target_mean,
            "target_deviation": found.target_deviation,
            "offset": found.size,
            "offset_share_of_error": found.share,
        },
        message=f"The targets lie around {found.target_mean:.4g} with a deviation of "
        f"{found.target_deviation:.2g}; the outputs of {layer} are {abs(found.size):.3g} away. "
        f"{found.share:.1%} of the squared error is this distance: all that is learned now is the "
        "last bias.",
        suggestion="Standardize the targets, or begin with the bias at their mean.",
        cure=start_bias_at(seen.spec, layer, float(f"{found.target_mean:.6g}")),
    )
