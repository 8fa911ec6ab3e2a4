"""What it costs to run a spec's network on samples, counted before it is done."""

from math import prod
from typing import NamedTuple

from gradtape.limits import MAX_EVALUATED_VALUES
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.shapes import infer_shapes


class RunCost(NamedTuple):
    """What the forward pass of one batch costs.

    Attributes:
        batch: samples in it.
        multiplications: in matrix products and convolutions.
        values: numbers in the outputs of all layers and between them.
    """

    batch: int
    multiplications: int
    values: int

    @property
    def samples_at_once(self) -> int:
        """How many may run in one pass beside training, for the memory it takes; at least 1."""
        return max(1, MAX_EVALUATED_VALUES * self.batch // self.values)

    def samples_for(self, multiplications: int) -> int:
        """How many can be run with so many multiplications; at least 1."""
        return max(1, multiplications * self.batch // max(1, self.multiplications))


def run_cost(spec: ExperimentSpec) -> RunCost:
    """The cost of a spec's network, batch by batch."""
    layers = infer_shapes(spec)
    return RunCost(
        batch=layers[-1].output[0],
        multiplications=sum(layer.multiplications for layer in layers),
        values=sum(prod(layer.output) + layer.inner_values for layer in layers),
    )
