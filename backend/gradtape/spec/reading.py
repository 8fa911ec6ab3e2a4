"""How the numbers that a network gives are read: as classes, as a probability, or as numbers."""

from typing import Literal

from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.target_form import PROBABILITY_LOSSES, target_form

Reading = Literal["classes", "probability", "numbers"]
"""`classes`: one number per class, the highest is the answer. `probability`: each number says how
likely a yes is. `numbers`: as they are."""

GREY, COLORED = 1, 3  # channels of what can be shown as an image


def reading_of(spec: ExperimentSpec) -> Reading | None:
    """How the outputs of a spec's network are read; None where samples have no answers of one kind.

    That is so for ctc, whose answers are found over all steps together.
    """
    data, loss = spec.data, spec.loss
    form = target_form(data, loss)
    if loss.kind == "ctc":
        return None
    if form.classes is not None:
        return "classes"
    if loss.kind in PROBABILITY_LOSSES:
        is_one_hot = len(form.shape) == 1 and form.shape[0] == data.class_count
        return "classes" if is_one_hot else "probability"
    return "numbers"


def image_shape_of(spec: ExperimentSpec) -> tuple[int, int, int] | None:
    """Channels, height and width of a sample, where it is an image; flat digits are one too."""
    shape = spec.data.sample_shape
    if spec.data.token_count is not None:
        return None
    if spec.data.kind == "digits" and len(shape) == 1:
        side = round(shape[0] ** 0.5)
        return (GREY, side, side)
    is_image = len(shape) == 3 and shape[0] in (GREY, COLORED)
    return (shape[0], shape[1], shape[2]) if is_image else None
