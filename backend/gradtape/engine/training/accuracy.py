"""How many answers of a network are right, where the loss is about classes."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from gradtape.spec.losses import AnyLoss


class Hits(NamedTuple):
    """Right answers.

    Attributes:
        right: how many; a scalar.
        of: how many answers there were.
    """

    right: Tensor
    of: int


CountHits = Callable[[Tensor, Tensor], Hits]
"""Takes output and targets, neither of them followed by autograd."""


def build_hit_counter(loss: AnyLoss) -> CountHits | None:
    """What counts right answers for a loss; None where there are no classes."""
    match loss.kind:
        case "cross_entropy" | "nll":
            return _count_highest
        case "bce":
            return lambda output, targets: _count_sides(output, targets, 0.5)
        case "bce_with_logits":
            return lambda output, targets: _count_sides(output, targets, 0.0)
        case _:
            return None


def _count_highest(output: Tensor, targets: Tensor) -> Hits:
    """The class with the highest number is the answer."""
    return Hits((output.argmax(1) == targets).sum(), targets.numel())


def _count_sides(output: Tensor, targets: Tensor, middle: float) -> Hits:
    """Each number answers yes or no by the side of the middle that it is on."""
    return Hits(((output > middle) == (targets > 0.5)).sum(), targets.numel())
