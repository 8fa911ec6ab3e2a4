"""What it costs to run a spec's network on samples, counted before it is done."""

from math import prod

from gradtape.limits import MAX_EVALUATED_VALUES
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.shapes import infer_shapes


def samples_for(spec: ExperimentSpec, multiplications: int) -> int:
    """How many samples can be run with so many multiplications; at least 1."""
    layers = infer_shapes(spec)
    total = sum(layer.multiplications for layer in layers)
    return max(1, multiplications * layers[-1].output[0] // max(1, total))


def samples_at_once(spec: ExperimentSpec) -> int:
    """How many samples may run in one pass beside training, for the memory it takes; at least 1."""
    layers = infer_shapes(spec)
    total = sum(prod(layer.output) + layer.inner_values for layer in layers)
    return max(1, MAX_EVALUATED_VALUES * layers[-1].output[0] // max(1, total))
