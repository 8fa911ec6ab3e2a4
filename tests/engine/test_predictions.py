"""What is listed as predictions, against counting by hand."""

import pytest
import torch

from gradtape.engine.experiment import Experiment
from gradtape.engine.function.predictions import list_predictions
from gradtape.errors import InvalidSlice, PictureUnavailable
from gradtape.spec import ExperimentSpec, examples, parse_spec
from gradtape.tape.function_pictures import ImageShape, Predictions


def list_all(experiment: Experiment, **options: object) -> Predictions:
    usual = {"limit": 2_000, "output": 0, "only_wrong": False, "with_inputs": False}
    return list_predictions(experiment, **(usual | options))  # type: ignore[arg-type]


def trained(spec: ExperimentSpec, iterations: int) -> Experiment:
    experiment = Experiment(spec)
    for _ in range(iterations):
        experiment.train_iteration()
    return experiment


def line(x: list[float], y: list[float], loss: str = "mse", **changes: object) -> ExperimentSpec:
    """One weight of 2 and a bias of -1: every answer is known."""
    layer = {
        "kind": "linear",
        "name": "line",
        "out_features": 1,
        "init": {
            "weight": {"kind": "constant", "value": 2},
            "bias": {"kind": "constant", "value": -1},
        },
    }
    return parse_spec(
        {
            "device": "cpu",
            "data": {"kind": "inline", "x": [[each] for each in x], "y": [[each] for each in y]},
            "network": {"layers": [layer]},
            "loss": {"kind": loss},
            "optimizer": {"kind": "sgd", "lr": 0.1},
        }
        | changes
    )


def test_numbers_are_told_beside_their_targets() -> None:
    told = list_all(Experiment(line([0, 1, 2], [5, 6, 7])), with_inputs=True)
    assert (told.target, told.prediction) == ([5, 6, 7], [-1, 1, 3])
    assert (told.sample, told.input) == ([0, 1, 2], [[0], [1], [2]])
    assert (told.wrong, told.confidence) == (None, [])


def test_probabilities_are_wrong_on_the_other_side_of_one_half() -> None:
    experiment = Experiment(line([0, 1, 3], [1, 1, 0], "bce_with_logits"))
    told = list_all(experiment, only_wrong=True)
    assert told.wrong == 2
    # The surest first: sigmoid(5) says yes where no is right, sigmoid(-1) no where yes is.
    assert (told.sample, told.target) == ([2, 0], [0, 1])
    yes = [1 / (1 + torch.tensor(-z).exp().item()) for z in (5.0, -1.0)]
    assert told.prediction == pytest.approx(yes)
    assert told.confidence == pytest.approx([yes[0], 1 - yes[1]])


def test_wrong_classes_are_as_many_as_the_accuracy_says() -> None:
    spec = examples()["digits-conv"].spec.model_copy(update={"device": "cpu", "batch_size": None})
    experiment = trained(spec, 3)
    told = list_all(experiment)
    experiment.train_iteration()
    accuracy = experiment.metrics().accuracy[-1]
    assert told.wrong == round((1 - accuracy) * 1797)
    assert (told.samples, told.of) == (1797, 1797)
    assert told.image == ImageShape(channels=1, height=8, width=8)
    differ = [t != p for t, p in zip(told.target, told.prediction, strict=True)]
    assert sum(differ) == told.wrong


def test_validation_samples_come_last_and_are_marked() -> None:
    spec = line([0, 1, 2, 3], [10, 11, 12, 13], validation={"share": 0.5})
    experiment = Experiment(spec)
    told = list_all(experiment)
    assert told.validation == [False, False, True, True]
    assert told.sample == [0, 1, 0, 1]
    assert experiment.samples.validation is not None
    assert told.target[2:] == experiment.samples.validation[1].flatten().tolist()


def test_each_step_of_a_sequence_has_its_answer() -> None:
    experiment = Experiment(examples()["attention-copy"].spec)
    told = list_all(experiment, limit=14)
    inputs, targets, _ = experiment.samples
    assert told.sample[:8] == [0] * len(targets[0]) + [1] * (8 - len(targets[0]))
    assert told.step[: len(targets[0])] == list(range(len(targets[0])))
    assert told.target == targets.flatten()[:14].tolist()
    expected = experiment.predict(inputs[:3]).argmax(1).flatten()[:14]
    assert told.prediction == expected.tolist()


def test_of_several_outputs_one_is_told() -> None:
    experiment = Experiment(examples()["two-layer"].spec)
    told = list_all(experiment, output=7)
    assert told.outputs == 10
    assert told.target == pytest.approx(experiment.samples.targets[:, 7].tolist())
    with pytest.raises(InvalidSlice, match="no output 10"):
        list_all(experiment, output=10)


def test_answers_that_belong_to_all_steps_together_are_not_listed() -> None:
    raw = examples()["attention-copy"].spec.model_dump(mode="json")
    raw["network"]["layers"][-1] = {"kind": "log_softmax", "dim": 2}
    spec = parse_spec(raw | {"loss": {"kind": "ctc"}})
    with pytest.raises(PictureUnavailable, match="ctc"):
        list_all(Experiment(spec))
