"""How far the network's output is from the targets."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from gradtape.spec.fields import Choice, Share, check_kind_of


class LossBase(Choice, frozen=True):
    """What every loss has: a way from many numbers to one."""

    reduction: Literal["mean", "sum"] = Field(
        default="mean", description="How the losses of all numbers become one."
    )


class MseLoss(LossBase, frozen=True):
    """Squared distance to the targets."""

    title: ClassVar[str] = "Squared error"
    kind: Literal["mse"]


class L1Loss(LossBase, frozen=True):
    """Absolute distance to the targets."""

    title: ClassVar[str] = "Absolute error"
    kind: Literal["l1"]


class BceLoss(LossBase, frozen=True):
    """Binary cross-entropy of probabilities; the network has to end in a sigmoid or softmax."""

    title: ClassVar[str] = "Binary cross-entropy"
    kind: Literal["bce"]


class BceWithLogitsLoss(LossBase, frozen=True):
    """Binary cross-entropy with the sigmoid built in; the network gives any number."""

    title: ClassVar[str] = "Binary cross-entropy with logits"
    kind: Literal["bce_with_logits"]


class CrossEntropyLoss(LossBase, frozen=True):
    """Cross-entropy with log-softmax built in; one output per class, targets are class numbers."""

    title: ClassVar[str] = "Cross-entropy"
    kind: Literal["cross_entropy"]
    label_smoothing: Share = Field(
        default=0.0, description="Share of each target that is spread over all classes."
    )


class NllLoss(LossBase, frozen=True):
    """Negative log-likelihood; the network has to end in log-probabilities (log_softmax)."""

    title: ClassVar[str] = "Negative log-likelihood"
    kind: Literal["nll"]


AnyLoss = MseLoss | L1Loss | BceLoss | BceWithLogitsLoss | CrossEntropyLoss | NllLoss
Loss = Annotated[
    Annotated[AnyLoss, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("loss", AnyLoss)),
]
