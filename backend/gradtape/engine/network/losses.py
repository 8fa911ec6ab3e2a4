"""From the spec of a loss to torch's module."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gradtape.spec.losses import AnyLoss


def build_loss(loss: AnyLoss) -> nn.Module:
    """The loss as a module that is called with output and targets."""
    options = {name: getattr(loss, name) for name in type(loss).model_fields if name != "kind"}
    return LOSSES[loss.kind](**options)


class CosineDistance(nn.CosineEmbeddingLoss):
    """nn.CosineEmbeddingLoss where every output is to point where its targets do."""

    def forward(self, output: Tensor, targets: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Of two tensors (samples, numbers)."""
        alike = torch.ones(len(output), dtype=output.dtype, device=output.device)
        return super().forward(output, targets, alike)


class CtcOfBatch(nn.CTCLoss):
    """nn.CTCLoss of samples that all have as many steps, and as many targets; class 0 is blank."""

    def forward(self, output: Tensor, targets: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Of log-probabilities (samples, steps, classes) and class numbers (samples, targets)."""
        samples, steps, _ = output.shape
        # As plain numbers, which torch takes too: it would have to read tensors to know them.
        lengths: tuple[Any, Any] = (steps,) * samples, (targets.shape[1],) * samples
        losses = nn.functional.ctc_loss(
            output.transpose(0, 1),
            targets,
            *lengths,
            reduction="none",
            zero_infinity=self.zero_infinity,
        )
        # torch's mean is over the targets first; it makes a tensor of their counts unseen.
        return losses.sum() if self.reduction == "sum" else (losses / targets.shape[1]).mean()


LOSSES: Mapping[str, Callable[..., nn.Module]] = {
    "mse": nn.MSELoss,
    "l1": nn.L1Loss,
    "huber": nn.HuberLoss,
    "smooth_l1": nn.SmoothL1Loss,
    "cosine": CosineDistance,
    "bce": nn.BCELoss,
    "bce_with_logits": nn.BCEWithLogitsLoss,
    "cross_entropy": nn.CrossEntropyLoss,
    "nll": nn.NLLLoss,
    "hinge": nn.MultiMarginLoss,
    "kl_div": nn.KLDivLoss,
    "ctc": CtcOfBatch,
}
"""By kind; the fields of a spec are their arguments."""
