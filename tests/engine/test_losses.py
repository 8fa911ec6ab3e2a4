import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gradtape.engine.network.losses import build_loss
from gradtape.spec import catalog, parse_spec
from tests.catalogue_cases import LOSSES
from tests.spec.raw_specs import linear, raw_spec

NUMBERS = torch.tensor([[0.2, 0.9], [0.6, 0.5]], dtype=torch.float64)
TARGETS = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
CLASS_LOSSES = ("cross_entropy", "nll", "hinge")
LABELS = torch.tensor([1, 0])


def loss_of(fields: dict[str, Any], output: Tensor, target: Tensor) -> float:
    layers = [linear(2), {"kind": "sigmoid"}]
    data = {"kind": "inline", "x": [[0], [1]], "y": [[0, 1], [1, 0]]}
    if fields["kind"] in CLASS_LOSSES:
        data["y"] = [1, 0]
    if fields["kind"] == "kl_div":
        layers = [linear(2), {"kind": "log_softmax"}]
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
    "huber": [0.2**2 / 2, 0.1**2 / 2, 0.4**2 / 2, 0.5**2 / 2],
    "smooth_l1": [0.2**2 / 2, 0.1**2 / 2, 0.4**2 / 2, 0.5**2 / 2],
    "cosine": [1 - 0.9 / math.hypot(0.2, 0.9), 1 - 0.6 / math.hypot(0.6, 0.5)],
    "hinge": [max(0, 1 - 0.9 + 0.2) / 2, max(0, 1 - 0.6 + 0.5) / 2],
    "cross_entropy": [cross_entropy([0.2, 0.9], 1), cross_entropy([0.6, 0.5], 0)],
    "nll": [-0.9, -0.6],
}


@pytest.mark.parametrize("kind", BY_HAND)
def test_a_loss_is_the_mean_or_the_sum_that_hand_arithmetic_gives(kind: str) -> None:
    target = LABELS if kind in CLASS_LOSSES else TARGETS
    parts = BY_HAND[kind]
    mean = loss_of({"kind": kind}, NUMBERS, target)
    total = loss_of({"kind": kind, "reduction": "sum"}, NUMBERS, target)
    # torch adds 1e-12 to the squares of cosine's lengths.
    tolerance = 1e-10 if kind == "cosine" else 1e-12
    assert mean == pytest.approx(sum(parts) / len(parts), rel=tolerance)
    assert total == pytest.approx(sum(parts), rel=tolerance)


def test_every_loss_in_the_catalogue_has_been_worked_out_by_hand() -> None:
    assert {entry.kind for entry in catalog().losses} == set(BY_HAND) | {"kl_div", "ctc"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "huber", "delta": 0.3}, [0.02, 0.005, 0.3 * (0.4 - 0.15), 0.3 * (0.5 - 0.15)]),
        ({"kind": "smooth_l1", "beta": 0.3}, [0.04 / 0.6, 0.01 / 0.6, 0.4 - 0.15, 0.5 - 0.15]),
    ],
    ids=["huber", "smooth_l1"],
)
def test_beyond_its_bend_a_rounded_loss_is_a_straight_line(
    fields: dict[str, Any], expected: list[float]
) -> None:
    assert loss_of(fields, NUMBERS, TARGETS) == pytest.approx(sum(expected) / 4, rel=1e-12)


def test_the_divergence_from_one_hot_targets_is_minus_the_log_of_the_right_share() -> None:
    shares = torch.tensor([[0.2, 0.8], [0.75, 0.25]], dtype=torch.float64)
    expected = -math.log(0.8) - math.log(0.75)
    assert loss_of({"kind": "kl_div", "reduction": "sum"}, shares.log(), TARGETS) == pytest.approx(
        expected, rel=1e-12
    )
    assert loss_of({"kind": "kl_div"}, shares.log(), TARGETS) == pytest.approx(
        expected / 2, rel=1e-12
    )


def test_ctc_sums_over_every_way_to_say_the_targets() -> None:
    # Two steps, targets [1]: said at the first, at the second, or at both; 0 is the blank.
    shares = torch.tensor([[[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]], dtype=torch.float64)
    spec = parse_spec(LOSSES["ctc"])
    loss = build_loss(spec.loss)(shares.log(), torch.tensor([[1]]))
    assert loss.item() == pytest.approx(-math.log(0.3 * 0.1 + 0.5 * 0.6 + 0.3 * 0.6), rel=1e-12)


def test_smoothed_labels_are_spread_over_all_classes() -> None:
    row = [0.2, 0.9]
    expected = 0.9 * cross_entropy(row, 1) + 0.1 * sum(cross_entropy(row, k) for k in (0, 1)) / 2
    fields = {"kind": "cross_entropy", "label_smoothing": 0.1}
    assert loss_of(fields, NUMBERS[:1], LABELS[:1]) == pytest.approx(expected, rel=1e-12)
