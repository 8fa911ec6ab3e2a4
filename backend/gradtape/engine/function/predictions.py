"""What a network answers for the samples of its data, right and wrong."""

from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from gradtape import limits
from gradtape.engine.experiment import Experiment
from gradtape.engine.function.outputs import evaluate, required_reading
from gradtape.errors import InvalidSlice
from gradtape.spec import ExperimentSpec
from gradtape.spec.reading import Reading, image_shape_of
from gradtape.tape.function_pictures import ImageShape, Predictions


class Answers(NamedTuple):
    """One row per answer: a sample has one, or one at each of its steps.

    Attributes:
        target, prediction: of the same kind.
        confidence: of classes and probabilities.
        wrong: whether each is; None where answers are numbers.
    """

    target: Tensor
    prediction: Tensor
    confidence: Tensor | None
    wrong: Tensor | None


def list_predictions(
    experiment: Experiment, *, limit: int, output: int, only_wrong: bool, with_inputs: bool
) -> Predictions:
    """The network's answers for samples, training samples first.

    Args:
        limit: how many rows.
        output: which of several outputs, where they are no classes.
        only_wrong: of classes and probabilities, the wrong ones, the surest first.
        with_inputs: each row with the numbers of its sample.
    Raises:
        PictureUnavailable: samples have no single answers.
        InvalidSlice: there is no such output.
    """
    began = perf_counter()
    spec = experiment.spec
    reading = required_reading(spec)
    samples = experiment.samples
    inputs, targets = samples.all_inputs, samples.all_targets
    affordable = experiment.run_cost.samples_for(limits.MAX_PICTURE_MULTIPLICATIONS)
    run = min(len(inputs), limits.MAX_PREDICTED_SAMPLES, affordable)
    chosen = torch.linspace(0, len(inputs) - 1, run).round().long().to(inputs.device)
    outputs = evaluate(experiment, inputs[chosen])
    answers = _read_answers(outputs, targets[chosen], reading, output)
    steps = len(answers.target) // run
    rows = _choose_rows(answers, only_wrong=only_wrong)
    rows = rows[: _most_rows(limit, inputs[0].numel() if with_inputs else 0)]
    shown = chosen[rows // steps]
    is_validation = shown >= samples.training_count
    return Predictions(
        iteration=experiment.iteration,
        reading=reading,
        input_shape=tuple(inputs.shape[1:]),
        image=_image_shape(spec),
        outputs=outputs.shape[1],
        samples=run,
        of=len(inputs),
        wrong=None if answers.wrong is None else int(answers.wrong.sum()),
        sample=torch.where(is_validation, shown - samples.training_count, shown).tolist(),
        step=(rows % steps).tolist(),
        validation=is_validation.tolist(),
        target=answers.target[rows].tolist(),
        prediction=answers.prediction[rows].tolist(),
        confidence=[] if answers.confidence is None else answers.confidence[rows].tolist(),
        input=inputs[shown].flatten(1).tolist() if with_inputs else [],
        seconds=perf_counter() - began,
    )


def _image_shape(spec: ExperimentSpec) -> ImageShape | None:
    shape = image_shape_of(spec)
    return None if shape is None else ImageShape(channels=shape[0], height=shape[1], width=shape[2])


def _most_rows(limit: int, input_values: int) -> int:
    return min(limit, limits.MAX_PREDICTED_INPUT_VALUES // max(1, input_values))


def _read_answers(outputs: Tensor, targets: Tensor, reading: Reading, output: int) -> Answers:
    # Outputs (samples, n, steps …) become (answers, n); the steps of a sample stay together.
    flat = outputs.movedim(1, -1).reshape(-1, outputs.shape[1])
    if reading == "classes":
        confidence, prediction = flat.max(dim=1)
        is_one_hot = targets.is_floating_point()
        target = targets.argmax(dim=1) if is_one_hot else targets.reshape(-1)
        return Answers(target, prediction, confidence, prediction != target)
    if output >= flat.shape[1]:
        raise InvalidSlice(f"there is no output {output}; the network gives {flat.shape[1]}")
    target = targets.movedim(1, -1).reshape(-1, targets.shape[1])[:, output]
    prediction = flat[:, output]
    if reading == "numbers":
        return Answers(target, prediction, None, None)
    confidence = torch.where(prediction > 0.5, prediction, 1 - prediction)
    return Answers(target, prediction, confidence, (prediction > 0.5) != (target > 0.5))


def _choose_rows(answers: Answers, *, only_wrong: bool) -> Tensor:
    if not only_wrong or answers.wrong is None or answers.confidence is None:
        return torch.arange(len(answers.target), device=answers.target.device)
    wrong = answers.wrong.nonzero().flatten()
    return wrong[answers.confidence[wrong].argsort(descending=True)]
