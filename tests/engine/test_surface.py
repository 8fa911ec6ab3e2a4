"""The function on a grid, against a plain PyTorch network with the same numbers."""

import base64
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from gradtape.engine.experiment import Experiment
from gradtape.engine.function.surface import draw_surface
from gradtape.errors import PictureUnavailable
from gradtape.limits import MAX_PICTURE_MULTIPLICATIONS
from gradtape.spec import ExperimentSpec, examples, parse_spec
from gradtape.tape.function_pictures import Surface


def spec_with(data: dict[str, Any], outputs: int, loss: str, **changes: Any) -> ExperimentSpec:
    """A network with batch norm and dropout, which are nothing alike in evaluation mode."""
    return parse_spec(
        {
            "seed": 5,
            "device": "cpu",
            "data": data,
            "network": {
                "layers": [
                    {"kind": "linear", "name": "fc1", "out_features": 6},
                    {"kind": "batch_norm", "name": "norm"},
                    {"kind": "tanh"},
                    {"kind": "dropout", "p": 0.5},
                    {"kind": "linear", "name": "fc2", "out_features": outputs},
                ]
            },
            "loss": {"kind": loss},
            "optimizer": {"kind": "adam", "lr": 0.05},
        }
        | changes
    )


def trained(spec: ExperimentSpec, iterations: int = 10) -> Experiment:
    experiment = Experiment(spec)
    for _ in range(iterations):
        experiment.train_iteration()
    return experiment


def plain_network(experiment: Experiment) -> nn.Module:
    """torch's own modules with the experiment's numbers, in evaluation mode."""
    state = experiment.model_state()
    inputs, outputs = state["fc1.weight"].shape[1], state["fc2.weight"].shape[0]
    names = ("fc1", "norm", "tanh", "dropout", "fc2")
    modules = (
        nn.Linear(inputs, 6),
        nn.BatchNorm1d(6),
        nn.Tanh(),
        nn.Dropout(0.5),
        nn.Linear(6, outputs),
    )
    network = nn.Sequential()
    for name, module in zip(names, modules, strict=True):
        network.add_module(name, module)
    network.load_state_dict(state)
    return network.eval()


def planes_of(surface: Surface) -> NDArray[np.float32]:
    numbers = np.frombuffer(base64.b64decode(surface.values), "<f4")
    counts = [axis.count for axis in reversed(surface.axes)]
    return numbers.reshape(len(surface.planes), *counts)


def forward_at(network: nn.Module, surface: Surface) -> torch.Tensor:
    """The plain network at every point of the grid; the first index is y."""
    x, y = (np.linspace(axis.low, axis.high, axis.count) for axis in surface.axes)
    points = [[[a, b] for a in x] for b in y]
    with torch.no_grad():
        outputs = network(torch.tensor(points, dtype=torch.float32).reshape(-1, 2))
    return outputs.reshape(len(y), len(x), -1)


def test_a_surface_of_a_probability_is_the_networks_forward_pass_at_each_point() -> None:
    experiment = trained(spec_with({"kind": "moons"}, 1, "bce_with_logits"))
    surface = draw_surface(experiment, 23)
    expected = forward_at(plain_network(experiment), surface)[..., 0].sigmoid()
    np.testing.assert_allclose(planes_of(surface)[0], expected, atol=1e-6)
    assert (surface.planes, surface.iteration) == (("probability 0",), 10)


def test_a_surface_of_classes_tells_the_best_one_and_its_softmax() -> None:
    experiment = trained(spec_with({"kind": "blobs", "classes": 4}, 4, "cross_entropy"))
    surface = draw_surface(experiment, 17)
    shares = forward_at(plain_network(experiment), surface).softmax(-1)
    told_class, confidence = planes_of(surface)
    np.testing.assert_array_equal(told_class, shares.argmax(-1))
    np.testing.assert_allclose(confidence, shares.amax(-1), atol=1e-6)


def test_a_curve_over_one_input_is_the_networks_output() -> None:
    experiment = trained(spec_with({"kind": "sine"}, 1, "mse"))
    surface = draw_surface(experiment, 50)
    (axis,) = surface.axes
    x = torch.tensor(np.linspace(axis.low, axis.high, 50), dtype=torch.float32)[:, None]
    with torch.no_grad():
        expected = plain_network(experiment)(x)[:, 0]
    np.testing.assert_allclose(planes_of(surface)[0], expected, atol=1e-6)


def test_the_grid_goes_around_all_samples_of_training_and_validation() -> None:
    spec = spec_with({"kind": "moons"}, 1, "bce_with_logits", validation={"share": 0.5})
    experiment = Experiment(spec)
    surface = draw_surface(experiment, 5)
    assert experiment.samples.validation is not None
    everything = torch.cat([experiment.samples.inputs, experiment.samples.validation[0]])
    for axis, column in zip(surface.axes, everything.T, strict=True):
        extent = (column.max() - column.min()).item()
        assert axis.low == pytest.approx(column.min().item() - 0.15 * extent)
        assert axis.high == pytest.approx(column.max().item() + 0.15 * extent)


def test_drawing_changes_nothing_that_training_sees() -> None:
    spec = spec_with({"kind": "moons"}, 1, "bce_with_logits", batch_size=20)
    disturbed = Experiment(spec)
    for _ in range(12):
        draw_surface(disturbed, 9)
        disturbed.train_iteration()
    assert disturbed.metrics() == trained(spec, 12).metrics()


def test_a_large_network_is_drawn_more_coarsely() -> None:
    wide = {"kind": "linear", "out_features": 1000}
    layers = [wide, wide, {"kind": "linear", "out_features": 1}]
    spec = spec_with({"kind": "moons"}, 1, "bce_with_logits", network={"layers": layers})
    surface = draw_surface(Experiment(spec), 200)
    points = surface.axes[0].count ** 2
    assert 0.9 * MAX_PICTURE_MULTIPLICATIONS < points * 1_003_000 <= MAX_PICTURE_MULTIPLICATIONS


@pytest.mark.parametrize(("example", "why"), [("digits-conv", "1, 8, 8"), ("names-rnn", "tokens")])
def test_a_network_of_more_inputs_has_no_surface(example: str, why: str) -> None:
    with pytest.raises(PictureUnavailable, match=why):
        draw_surface(Experiment(examples()[example].spec), 10)


def test_a_sample_that_is_nowhere_does_not_stretch_the_grid() -> None:
    experiment = Experiment(spec_with({"kind": "moons"}, 1, "bce_with_logits"))
    before = draw_surface(experiment, 4)
    highest = int(experiment.samples.inputs[:, 0].argmax())
    experiment.edit("input", (highest, 0), float("nan"))
    after = draw_surface(experiment, 4)
    assert after.axes[0].low == pytest.approx(before.axes[0].low, abs=0.1)
    assert after.axes[0].high < before.axes[0].high
