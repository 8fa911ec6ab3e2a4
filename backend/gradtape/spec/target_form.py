"""What the targets of a data set look like for a loss."""

from dataclasses import dataclass
from typing import TypeGuard

from gradtape.spec.data import AnyData, InlineData, RandomData
from gradtape.spec.inline_values import numbers_of, shape_of
from gradtape.spec.losses import AnyLoss
from gradtape.spec.sequence_data import SequencesData
from gradtape.spec.wording import Shape

CLASS_LOSSES = ("cross_entropy", "nll", "hinge", "ctc")  # their targets are class numbers
PROBABILITY_LOSSES = ("bce", "bce_with_logits")  # their targets lie between 0 and 1
NUMBER_LOSSES = ("mse", "l1", "huber", "smooth_l1", "cosine")  # they compare with any numbers
ONE_HOT_LOSSES = ("kl_div", "cosine")  # they need a number per class, of two classes too


@dataclass(frozen=True)
class TargetForm:
    """The targets as the loss needs them.

    Attributes:
        shape: of one sample's target; empty where that is one class number.
        classes: how many classes there are, where targets are class numbers; else None.
    """

    shape: Shape
    classes: int | None


def target_form(data: AnyData, loss: AnyLoss) -> TargetForm:
    """The form that this data's targets take for this loss.

    Two classes are one number (0 or 1) for most losses on numbers, more classes one-hot.
    """
    wants_classes = loss.kind in CLASS_LOSSES
    if isinstance(data, InlineData):
        return _inline_form(data, loss)
    if isinstance(data, RandomData):
        return TargetForm((), data.targets) if wants_classes else TargetForm((data.targets,), None)
    if data.class_count is None:
        return TargetForm(data.target_shape, None)
    if wants_classes:
        said = says_symbols_only(data, loss)
        return TargetForm((data.length,) if said else data.target_shape, data.class_count)
    is_one_number = data.class_count == 2 and not data.target_shape
    width = 1 if is_one_number and loss.kind not in ONE_HOT_LOSSES else data.class_count
    return TargetForm((*data.target_shape, width), None)


def says_symbols_only(data: AnyData, loss: AnyLoss) -> TypeGuard[SequencesData]:
    """Whether the targets are the symbols to copy without the blanks, which ctc puts in itself."""
    return isinstance(data, SequencesData) and data.task == "copy" and loss.kind == "ctc"


def _inline_form(data: InlineData, loss: AnyLoss) -> TargetForm:
    shape = shape_of(data.y)[1:]
    if loss.kind not in CLASS_LOSSES:
        return TargetForm(shape or (1,), None)
    one_per_sample = shape == (1,) and loss.kind != "ctc"
    return TargetForm(() if one_per_sample else shape, int(max(numbers_of(data.y))) + 1)
