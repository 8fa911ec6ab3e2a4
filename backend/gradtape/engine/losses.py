"""From the spec of a loss to torch's module."""

from torch import nn

from gradtape.spec.losses import (
    AnyLoss,
    BceLoss,
    BceWithLogitsLoss,
    CrossEntropyLoss,
    L1Loss,
    MseLoss,
    NllLoss,
)


def build_loss(loss: AnyLoss) -> nn.Module:
    """The loss as a module that is called with output and targets."""
    match loss:
        case MseLoss():
            return nn.MSELoss(reduction=loss.reduction)
        case L1Loss():
            return nn.L1Loss(reduction=loss.reduction)
        case BceLoss():
            return nn.BCELoss(reduction=loss.reduction)
        case BceWithLogitsLoss():
            return nn.BCEWithLogitsLoss(reduction=loss.reduction)
        case CrossEntropyLoss():
            return nn.CrossEntropyLoss(
                reduction=loss.reduction, label_smoothing=loss.label_smoothing
            )
        case NllLoss():
            return nn.NLLLoss(reduction=loss.reduction)
