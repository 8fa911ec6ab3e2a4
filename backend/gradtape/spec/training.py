"""Whether the parts of a spec that say how to train fit together, and fit the data and device."""

from collections.abc import Iterator

from gradtape.errors import GradtapeError
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.optimizers import LbfgsOptimizer
from gradtape.spec.schedules import OneCycleSchedule, PlateauSchedule
from gradtape.spec.wording import Step, make_problem

IMAGE_DIMENSIONS = 3  # channels, rows, columns


def check_training(spec: ExperimentSpec) -> list[GradtapeError]:
    """Everything that is wrong between parts of the training regime."""
    return [
        *_check_validation(spec),
        *_check_augmentation(spec),
        *_check_schedule(spec),
        *_check_lbfgs(spec),
        *_check_autocast(spec),
    ]


def _clash(steps: tuple[Step, ...], message: str, suggestion: str | None = None) -> GradtapeError:
    if suggestion is None:
        return make_problem(steps, message, "invalid_combination")
    message = f"{message} Did you mean {suggestion}?"
    return make_problem(steps, message, "invalid_combination", suggestion=suggestion)


def _check_validation(spec: ExperimentSpec) -> Iterator[GradtapeError]:
    samples = spec.data.sample_count
    kept = spec.validation.count(samples)
    if spec.validation.share > 0 and not 0 < kept < samples:
        message = f"of {samples} samples sets {kept} aside; training and validation need one each."
        yield make_problem(("validation", "share"), message, "out_of_range")


def _check_augmentation(spec: ExperimentSpec) -> Iterator[GradtapeError]:
    augmentation, shape = spec.augmentation, spec.data.sample_shape
    if not augmentation.is_for_any_shape and len(shape) != IMAGE_DIMENSIONS:
        name = "shift" if augmentation.shift else "flip"
        message = (
            "needs images: samples of channels, rows and columns; "
            f"those of {spec.data.kind} have {len(shape)} dimension{'s' * (len(shape) != 1)}."
        )
        yield _clash(("augmentation", name), message)
    elif augmentation.shift and augmentation.shift >= min(shape[1:]):
        message = f"must be below the image's {min(shape[1:])} pixels; got {augmentation.shift}."
        yield make_problem(("augmentation", "shift"), message, "out_of_range")


def _check_schedule(spec: ExperimentSpec) -> Iterator[GradtapeError]:
    schedule, optimizer = spec.schedule, spec.optimizer
    if isinstance(schedule, PlateauSchedule):
        if schedule.watch == "validation" and spec.validation.share == 0:
            message = "is about samples that are set aside, and validation.share is 0."
            yield _clash(("schedule", "watch"), message, '"training"')
    elif isinstance(schedule, OneCycleSchedule) and schedule.cycle_momentum:
        fields = type(optimizer).model_fields
        if "momentum" not in fields and "betas" not in fields:
            message = f"needs an optimizer with momentum or betas; {optimizer.kind} has neither."
            yield _clash(("schedule", "cycle_momentum"), message, "cycle_momentum=false")


def _check_lbfgs(spec: ExperimentSpec) -> Iterator[GradtapeError]:
    if isinstance(spec.optimizer, LbfgsOptimizer) and spec.regularization.clips:
        name = "max_norm" if spec.regularization.clip_value is None else "clip_value"
        message = "cannot be set with lbfgs, which steps by the differences between gradients."
        yield _clash(("regularization", name), message)


def _check_autocast(spec: ExperimentSpec) -> Iterator[GradtapeError]:
    if spec.autocast == "off":
        return
    if spec.dtype == "float64":
        yield _clash(("autocast",), "works on float32 only; dtype is float64.", '"off"')
    if spec.loss.kind == "bce":
        message = "cannot be computed in mixed precision: its logarithms overflow."
        yield _clash(("loss", "kind"), message, '"bce_with_logits"')
    if spec.autocast == "float16":
        if spec.device in ("cpu", "mps"):
            message = f"cannot be float16 on {spec.device}: its loss scaling needs CUDA."
            yield _clash(("autocast",), message, '"bfloat16"')
        if isinstance(spec.optimizer, LbfgsOptimizer):
            message = "cannot be float16 with lbfgs: loss scaling does not go with its closure."
            yield _clash(("autocast",), message, '"bfloat16"')
