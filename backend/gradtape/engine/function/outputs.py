"""What a network gives, read as its loss reads it."""

import torch
from torch import Tensor

from gradtape.engine.experiment import Experiment
from gradtape.errors import PictureUnavailable
from gradtape.spec import ExperimentSpec
from gradtape.spec.reading import Reading, reading_of


def required_reading(spec: ExperimentSpec) -> Reading:
    """How the outputs of a spec's network are read.

    Raises:
        PictureUnavailable: single answers cannot be read.
    """
    reading = reading_of(spec)
    if reading is None:
        raise PictureUnavailable(
            f"The loss {spec.loss.kind} finds its answers over all steps together; "
            "there are no single predictions to show."
        )
    return reading


def evaluate(experiment: Experiment, inputs: Tensor) -> Tensor:
    """Shape (samples, outputs, …), read; of any number of samples, a bounded part at a time."""
    parts = inputs.split(experiment.run_cost.samples_at_once)
    outputs = torch.cat([experiment.predict(part) for part in parts])
    return read_outputs(outputs, experiment.spec)


def read_outputs(outputs: Tensor, spec: ExperimentSpec) -> Tensor:
    """Outputs as shares of classes, probabilities, or numbers; the same shape, float32.

    Shares of cross_entropy and hinge are the softmax of the outputs; what a loss takes as a
    probability already, stays.
    """
    outputs = outputs.float()
    match spec.loss.kind:
        case "cross_entropy" | "hinge":
            return outputs.softmax(1)
        case "nll" | "kl_div":
            return outputs.exp()
        case "bce_with_logits":
            return outputs.sigmoid()
        case _:
            return outputs
