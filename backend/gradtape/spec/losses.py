"""How far the network's output is from the targets."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from gradtape.spec.fields import (
    LARGEST_REAL,
    WHOLE,
    Choice,
    NonNegative,
    Real,
    Share,
    check_kind_of,
)


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


class HuberLoss(LossBase, frozen=True):
    """Half the squared distance up to delta, beyond it a straight line: outliers weigh less."""

    title: ClassVar[str] = "Huber"
    kind: Literal["huber"]
    delta: Annotated[float, Field(ge=1e-6, le=LARGEST_REAL)] = Field(
        default=1.0, description="Where the square ends."
    )


class SmoothL1Loss(LossBase, frozen=True):
    """Absolute distance whose corner at 0 is rounded off by a square."""

    title: ClassVar[str] = "Smooth absolute error"
    kind: Literal["smooth_l1"]
    beta: NonNegative = Field(default=1.0, description="Where the square ends; 0: no square.")


class CosineLoss(LossBase, frozen=True):
    """1 − cosine of the angle between output and targets: only the direction counts."""

    title: ClassVar[str] = "Cosine distance"
    kind: Literal["cosine"]


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


class HingeLoss(LossBase, frozen=True):
    """Every other class has to stay a margin below the right one; beyond that nothing is learned.

    PyTorch's MultiMarginLoss; one output per class, targets are class numbers.
    """

    title: ClassVar[str] = "Hinge"
    kind: Literal["hinge"]
    p: Annotated[int, Field(ge=1, le=2), WHOLE] = Field(
        default=1, description="The power to which what is missing to the margin is raised."
    )
    margin: Real = Field(default=1.0, description="How far the others have to stay below.")


class KlDivLoss(Choice, frozen=True):
    """Kullback-Leibler divergence from the targets, which are probabilities, one-hot for classes.

    The network has to end in log-probabilities (log_softmax).
    """

    title: ClassVar[str] = "Kullback-Leibler divergence"
    kind: Literal["kl_div"]
    reduction: Literal["batchmean", "sum"] = Field(
        default="batchmean",
        description="How the losses of all numbers become one; batchmean: the sum, per sample.",
    )


class CtcLoss(LossBase, frozen=True):
    """Connectionist temporal classification: the targets in order, at whatever steps they are said.

    The network gives log-probabilities of shape (samples, steps, classes); class 0 is the blank.
    """

    title: ClassVar[str] = "Connectionist temporal classification"
    kind: Literal["ctc"]
    zero_infinity: bool = Field(
        default=False, description="Whether the loss of targets that cannot be said is 0."
    )


AnyLoss = (
    MseLoss
    | L1Loss
    | HuberLoss
    | SmoothL1Loss
    | CosineLoss
    | BceLoss
    | BceWithLogitsLoss
    | CrossEntropyLoss
    | NllLoss
    | HingeLoss
    | KlDivLoss
    | CtcLoss
)
Loss = Annotated[
    Annotated[AnyLoss, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("loss", AnyLoss)),
]
