import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gradtape.engine.losses import build_loss
from gradtape.spec import catalog, parse_spec
from tests.spec.raw_specs import linear, raw_spec

NUMBERS = torch.tensor([[0.2, 0.9], [0.6, 0.5]], dtype=torch.float64)
TARGETS = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
LABELS = torch.tensor([1, 0])


def loss_of(fields: dict[str, Any], output: Tensor, target: Tensor) -> float:
    layers = [linear(2), {"kind": "sigmoid"}]
    data = {"kind": "inline", "x": [[0], [1]], "y": [[0, 1], [1, 0]]}
    if fields["kind"] in ("cross_entropy", "nll"):
        data["y"] = [1, 0]
    spec = parse_spec(raw_spec(*layers, data=data, loss=fields))
    return build_loss(spec.loss)(output, target).item()


def log_sigmoid(x: float) -> float:
    return -math.log(1 + math.exp(-x))


def cross_entropy(row: list[float], label: int) -> float:
    return math.log(sum(map(math.exp, row))) - row[label]


BY_HAND = {
    "mse": [0.2**2, 0.1**2, 0.4**2, 0.5**2],
    "l1": [0.2, 0.1, 0.4, 0.5],
    "bce": [-math.log(0.8), -math.log(0.9), -math.log(0.6), -math.log(0.5)],
    "bce_with_logits": [
        -log_sigmoid(-0.2),
        -log_sigmoid(0.9),
        -log_sigmoid(0.6),
        -log_sigmoid(-0.5),
    ],
    "cross_entropy": [cross_entropy([0.2, 0.9], 1), cross_entropy([0.6, 0.5], 0)],
    "nll": [-0.9, -0.6],
}


@pytest.mark.parametrize("kind", BY_HAND)
def test_a_loss_is_the_mean_or_the_sum_that_hand_arithmetic_gives(kind: str) -> None:
    target = LABELS if kind in ("cross_entropy", "nll") else TARGETS
    parts = BY_HAND[kind]
    mean = loss_of({"kind": kind}, NUMBERS, target)
    total = loss_of({"kind": kind, "reduction": "sum"}, NUMBERS, target)
    assert mean == pytest.approx(sum(parts) / len(parts), rel=1e-12)
    assert total == pytest.approx(sum(parts), rel=1e-12)


def test_every_loss_in_the_catalogue_has_been_worked_out_by_hand() -> None:
    assert {entry.kind for entry in catalog().losses} == set(BY_HAND)


def test_smoothed_labels_are_spread_over_all_classes() -> None:
    row = [0.2, 0.9]
    expected = 0.9 * cross_entropy(row, 1) + 0.1 * sum(cross_entropy(row, k) for k in (0, 1)) / 2
    fields = {"kind": "cross_entropy", "label_smoothing": 0.1}
    assert loss_of(fields, NUMBERS[:1], LABELS[:1]) == pytest.approx(expected, rel=1e-12)
