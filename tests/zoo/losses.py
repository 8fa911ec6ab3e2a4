"""Loss functions."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, formula

PARTLY_WRITTEN = "what ctc_loss saves for its gradient is memory that it wrote in part only"

CLASSES = torch.tensor([2, 0, 1])
SIGNS = torch.tensor([1.0, -1.0, 1.0])
SHARES = torch.tensor([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
WEIGHTS = torch.tensor([0.5, 2.0, 1.0])


def compare(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    """A loss of two matrices of three rows and three columns; both get gradients."""

    def build(dtype: torch.dtype) -> Program:
        numbers = Numbers(dtype)
        leaves = {"output": numbers.leaf(3, 3), "target": numbers.leaf(3, 3)}
        return Program(lambda: function(*leaves.values()), leaves)

    return build


def judge(function: Callable[[Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    """A loss of scores against constants."""
    return lambda dtype: formula(function, output=Numbers(dtype).leaf(3, 3))


LOSSES: dict[str, Callable[[torch.dtype], Program]] = {
    "mse": compare(F.mse_loss),
    "l1": compare(F.l1_loss),
    "smooth_l1": compare(lambda output, target: F.smooth_l1_loss(output, target, beta=0.5)),
    "huber": compare(lambda output, target: F.huber_loss(output, target, delta=0.8)),
    "cosine_embedding": compare(
        lambda output, target: F.cosine_embedding_loss(output, target, SIGNS.to(output))
    ),
    "margin_ranking": compare(
        lambda output, target: F.margin_ranking_loss(
            output[0], target[0], SIGNS.to(output), margin=0.3
        )
    ),
    "triplet_margin": compare(
        lambda output, target: F.triplet_margin_loss(output, target, output.flip(0))
    ),
    "kl_divergence_both_ways": compare(
        lambda output, target: F.kl_div(
            output.log_softmax(1), target.log_softmax(1), reduction="batchmean", log_target=True
        )
    ),
    "gaussian_nll": compare(
        lambda output, target: F.gaussian_nll_loss(output, target, output.exp(), reduction="sum")
    ),
    "bce": judge(lambda output: F.binary_cross_entropy(output.sigmoid(), SHARES.to(output))),
    "bce_with_logits": judge(
        lambda output: F.binary_cross_entropy_with_logits(
            output, SHARES.to(output), pos_weight=WEIGHTS.to(output)
        )
    ),
    "cross_entropy_with_weights": judge(
        lambda output: F.cross_entropy(output, CLASSES, weight=WEIGHTS.to(output))
    ),
    "cross_entropy_with_shares": judge(
        lambda output: F.cross_entropy(output, SHARES.to(output), label_smoothing=0.1)
    ),
    "cross_entropy_that_ignores_one": judge(
        lambda output: F.cross_entropy(output, CLASSES, ignore_index=0, reduction="sum")
    ),
    "nll": judge(lambda output: F.nll_loss(output.log_softmax(1), CLASSES)),
    "kl_divergence": judge(
        lambda output: F.kl_div(output.log_softmax(1), SHARES.to(output), reduction="sum")
    ),
    "poisson_nll": judge(
        lambda output: F.poisson_nll_loss(output, WEIGHTS.to(output).expand(3, 3))
    ),
    "hinge_embedding": judge(
        lambda output: F.hinge_embedding_loss(output, SIGNS.to(output).expand(3, 3))
    ),
    "multi_margin": judge(lambda output: F.multi_margin_loss(output, CLASSES)),
    "multilabel_margin": judge(
        lambda output: F.multilabel_margin_loss(output[0], torch.tensor([2, -1, 0]))
    ),
    "multilabel_soft_margin": judge(
        lambda output: F.multilabel_soft_margin_loss(output, SHARES.to(output).round())
    ),
    "soft_margin": judge(lambda output: F.soft_margin_loss(output, SIGNS.to(output).expand(3, 3))),
    "hinge_by_hand": judge(
        lambda output: (1 - output * SIGNS.to(output)[:, None]).clamp(min=0).mean()
    ),
}


def ctc(dtype: torch.dtype) -> Program:
    def compute(scores: Tensor) -> Tensor:
        targets, lengths = torch.tensor([[1, 2], [3, 1]]), torch.tensor([2, 1])
        return F.ctc_loss(scores.log_softmax(2), targets, torch.tensor([6, 5]), lengths)

    return formula(compute, scores=Numbers(dtype).leaf(6, 2, 4))


CASES: tuple[ZooCase, ...] = (
    *(ZooCase(f"loss_{name}", build) for name, build in LOSSES.items()),
    ZooCase("loss_ctc", ctc, {"replay": PARTLY_WRITTEN, "reached": PARTLY_WRITTEN}),
)
