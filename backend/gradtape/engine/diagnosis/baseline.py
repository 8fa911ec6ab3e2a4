"""The loss of the best answer that does not look at the input: what learning has to get below."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from gradtape.spec.losses import AnyLoss

NEAR_EVEN = 0.02  # of ln(classes): shares so even that the entropy is called by that name


class Baseline(NamedTuple):
    """The least mean loss of a constant answer.

    Attributes:
        name: what the number is: `ln 2, the entropy of a fair coin`.
    """

    loss: float
    name: str


def find_baseline(loss: AnyLoss, targets: Tensor) -> Baseline | None:
    """For losses of which it is known in closed form; None for others.

    Args:
        targets: of all samples, as the data set gives them: numbers, or class numbers.
    """
    match loss.kind:
        case "mse":
            return Baseline(_variance(targets), "the variance of the targets")
        case "l1":
            deviation = _rows(targets).sub(_rows(targets).median(dim=0).values).abs().mean().item()
            return Baseline(deviation, "the mean distance of the targets to their median")
        case "bce" | "bce_with_logits":
            return _name_entropy(_binary_entropy(targets), 2)
        case "cross_entropy" | "nll":
            shares = targets.flatten().bincount().to(torch.float64) / targets.numel()
            return _name_entropy(_entropy(shares), int((shares > 0).sum()))
        case _:
            return None


def _rows(targets: Tensor) -> Tensor:
    """One row per sample, as float64."""
    return targets.detach().to("cpu", torch.float64).reshape(len(targets), -1)


def _variance(targets: Tensor) -> float:
    return _rows(targets).var(dim=0, correction=0).mean().item()


def _binary_entropy(targets: Tensor) -> float:
    ones = _rows(targets).mean(dim=0)
    return (_entropy_terms(ones) + _entropy_terms(1 - ones)).mean().item()


def _entropy(shares: Tensor) -> float:
    return _entropy_terms(shares).sum().item()


def _entropy_terms(shares: Tensor) -> Tensor:
    return -torch.special.xlogy(shares, shares)


def _name_entropy(entropy: float, classes: int) -> Baseline:
    if classes > 1 and abs(entropy - math.log(classes)) < NEAR_EVEN * math.log(classes):
        coin = "the entropy of a fair coin" if classes == 2 else f"of {classes} even classes"
        return Baseline(entropy, f"ln {classes}, {coin}")
    return Baseline(entropy, "the entropy of the classes' shares")
