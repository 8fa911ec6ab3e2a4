"""The loss of the best constant answer, compared with torch's own losses of many constants."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gradtape.engine.diagnosis.baseline import find_baseline
from gradtape.spec.losses import AnyLoss, BceWithLogitsLoss, CrossEntropyLoss, L1Loss, MseLoss

GENERATOR = torch.Generator().manual_seed(3)
NUMBERS = 5 + torch.randn(101, 1, generator=GENERATOR, dtype=torch.float64)
COIN = (torch.rand(200, 1, generator=GENERATOR, dtype=torch.float64) < 0.3).double()
CLASSES = torch.tensor([0] * 50 + [1] * 30 + [3] * 20)


def best_of(loss: str, targets: Tensor, constants: Tensor) -> float:
    function = getattr(functional, loss)
    return min(function(each.expand_as(targets), targets).item() for each in constants)


@pytest.mark.parametrize(
    ("loss", "function", "targets"),
    [
        (MseLoss(kind="mse"), "mse_loss", NUMBERS),
        (L1Loss(kind="l1"), "l1_loss", NUMBERS),
        (
            BceWithLogitsLoss(kind="bce_with_logits"),
            "binary_cross_entropy_with_logits",
            COIN,
        ),
    ],
)
def test_no_constant_is_better_than_the_baseline(
    loss: AnyLoss, function: str, targets: Tensor
) -> None:
    baseline = find_baseline(loss, targets)
    assert baseline is not None
    constants = torch.linspace(-10, 10, 20_001, dtype=torch.float64)
    assert best_of(function, targets, constants) == pytest.approx(baseline.loss, rel=1e-6)


def test_of_classes_it_is_the_loss_of_their_shares() -> None:
    baseline = find_baseline(CrossEntropyLoss(kind="cross_entropy"), CLASSES)
    assert baseline is not None
    logits = torch.tensor([0.5, 0.3, 1e-30, 0.2], dtype=torch.float64).log()
    told = functional.cross_entropy(logits.expand(len(CLASSES), 4), CLASSES).item()
    assert baseline.loss == pytest.approx(told)


def test_even_classes_are_called_by_the_logarithm_of_their_number() -> None:
    loss = CrossEntropyLoss(kind="cross_entropy")
    even, coin = (find_baseline(loss, torch.arange(100) % classes) for classes in (5, 2))
    assert even is not None
    assert coin is not None
    assert even.name == "ln 5, of 5 even classes"
    assert coin.name == "ln 2, the entropy of a fair coin"
