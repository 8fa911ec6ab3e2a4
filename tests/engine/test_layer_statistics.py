"""Sums over layers, against NumPy and networks whose numbers are known beforehand."""

from typing import Any

import numpy as np
import pytest
import torch

from gradtape.engine.experiment import Experiment
from gradtape.engine.layer_statistics import count_magnitudes, count_values, thin_evenly
from gradtape.spec import parse_spec
from gradtape.tape.layers import LayerStatistics


def experiment_with(
    *layers: dict[str, Any], inputs: list[Any] | None = None, dtype: str = "float64"
) -> Experiment:
    """Layers before one output, which is compared with 0."""
    samples = [[1.0, 2.0], [-1.0, 3.0], [0.5, -2.0]] if inputs is None else inputs
    return Experiment(
        parse_spec(
            {
                "dtype": dtype,
                "data": {"kind": "inline", "x": samples, "y": [[0.0]] * len(samples)},
                "network": {"layers": [*layers, linear("out", 1)]},
                "loss": {"kind": "mse"},
                "optimizer": {"kind": "sgd", "lr": 0.1},
            }
        )
    )


def linear(name: str, outputs: int, **init: Any) -> dict[str, Any]:
    filled = {part: {"kind": "constant", "value": value} for part, value in init.items()}
    return {"kind": "linear", "name": name, "out_features": outputs, "init": filled}


def first_iteration(experiment: Experiment) -> dict[str, LayerStatistics]:
    experiment.record_iteration()
    return {layer.name: layer for layer in experiment.layers(0).layers}


RELU = {"kind": "relu", "name": "relu"}


def test_a_relu_with_a_bias_of_minus_ten_is_dead() -> None:
    layers = first_iteration(experiment_with(linear("fc", 4, weight=1.0, bias=-10.0), RELU))
    assert layers["relu"].dead_share == 1.0
    assert layers["fc"].output_gradient is not None
    assert layers["fc"].output_gradient.norm == 0.0
    assert layers["fc"].output_gradient.histogram.zeros == 3 * 4


def test_a_unit_that_is_positive_for_one_sample_is_not_dead() -> None:
    experiment = experiment_with(linear("fc", 4, weight=1.0, bias=-2.5), RELU)
    assert first_iteration(experiment)["relu"].dead_share == 0.0  # 1 + 2 − 2.5 > 0


def test_dead_units_are_counted_one_by_one() -> None:
    experiment = experiment_with(linear("fc", 4, weight=1.0, bias=0.0), RELU)
    for unit in (0, 2, 3):
        experiment.edit("fc.bias", (unit,), -10.0)
    relu = first_iteration(experiment)["relu"]
    assert (relu.units, relu.dead_share) == (4, 0.75)


def test_a_channel_is_dead_only_if_it_is_zero_everywhere() -> None:
    convolution = {
        "kind": "conv1d",
        "name": "conv",
        "out_channels": 2,
        "kernel_size": 1,
        "init": {"weight": {"kind": "constant", "value": 1.0}},
    }
    image = [[[1.0, -1.0, -1.0]], [[-1.0, -1.0, -1.0]]]
    experiment = experiment_with(convolution, RELU, {"kind": "flatten"}, inputs=image)
    experiment.edit("conv.bias", (0,), 0.0)
    experiment.edit("conv.bias", (1,), -10.0)
    relu = first_iteration(experiment)["relu"]
    assert (relu.units, relu.dead_share) == (2, 0.5)


def test_features_of_a_sequence_are_its_units() -> None:
    sequences = [[[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]]
    layers = [linear("fc", 2, weight=1.0, bias=0.0), RELU, {"kind": "flatten"}]
    experiment = experiment_with(*layers, inputs=sequences)
    experiment.edit("fc.bias", (0,), -10.0)
    relu = first_iteration(experiment)["relu"]
    assert (relu.units, relu.dead_share) == (2, 0.5)


def test_half_precision_is_measured() -> None:
    experiment = experiment_with(linear("fc", 4, weight=1.0, bias=0.0), RELU, dtype="float32")
    half = Experiment(experiment.spec.model_copy(update={"autocast": "bfloat16"}))
    fc = first_iteration(half)["fc"]
    recording = half.recording(0)
    assert recording.structure.tensors[recording.find("fc")].dtype == "bfloat16"
    # 1 + 2, −1 + 3 and 0.5 − 2, four times each; all of them exact in bfloat16.
    assert fc.output.norm == pytest.approx((4 * (9 + 4 + 2.25)) ** 0.5)
    assert sum(fc.output.histogram.counts) == 12


def test_only_activations_are_judged() -> None:
    layers = first_iteration(experiment_with(linear("fc", 4, weight=0.0, bias=0.0), RELU))
    assert layers["fc"].dead_share is None
    assert layers["fc"].saturated_share is None
    assert layers["relu"].saturated_share is None


@pytest.mark.parametrize(
    ("kind", "below", "beyond"),
    [("tanh", 2.0, 2.2), ("sigmoid", 3.4, 3.6), ("hardtanh", 0.9, 1.0)],
)
def test_a_unit_is_saturated_beyond_its_threshold_on_either_side(
    kind: str, below: float, beyond: float
) -> None:
    # tanh 2.0 = 0.964, tanh 2.2 = 0.976; sigmoid 3.4 = 0.968, sigmoid 3.6 = 0.973.
    samples = [[below], [-below], [beyond], [-beyond], [0.0], [50.0], [-50.0], [0.1]]
    activation = {"kind": kind, "name": "activation"}
    experiment = experiment_with(linear("fc", 1, weight=1.0, bias=0.0), activation, inputs=samples)
    assert first_iteration(experiment)["activation"].saturated_share == 4 / 8


def test_norms_and_gradients_are_those_of_plain_torch() -> None:
    experiment = experiment_with(linear("fc", 3, weight=0.3, bias=0.1), {"kind": "tanh"})
    layers = first_iteration(experiment)
    weights = {
        name: experiment.recording(0).values(experiment.recording(0).find(name))
        for name in ("out.weight", "out.bias")
    }
    x = torch.tensor([[1.0, 2.0], [-1.0, 3.0], [0.5, -2.0]], dtype=torch.float64)
    weight = torch.full((3, 2), 0.3, dtype=torch.float64, requires_grad=True)
    bias = torch.full((3,), 0.1, dtype=torch.float64, requires_grad=True)
    before = x @ weight.T + bias
    before.retain_grad()
    out = before.tanh() @ torch.from_numpy(weights["out.weight"].copy()).T
    (out + torch.from_numpy(weights["out.bias"].copy())).square().mean().backward()
    fc = layers["fc"]
    assert weight.grad is not None
    assert bias.grad is not None
    assert before.grad is not None
    together = torch.cat([weight.grad.reshape(-1), bias.grad])
    assert fc.output.norm == pytest.approx(before.norm().item(), rel=1e-12)
    assert fc.output_gradient is not None
    assert fc.output_gradient.norm == pytest.approx(before.grad.norm().item(), rel=1e-12)
    assert fc.parameter_gradient is not None
    assert fc.parameter_gradient.norm == pytest.approx(together.norm().item(), rel=1e-12)
    assert sum(fc.parameter_gradient.histogram.counts) == 3 * 2 + 3


def test_layers_come_in_the_order_in_which_they_ran_without_the_loss() -> None:
    layers = first_iteration(experiment_with(linear("b", 2), {"kind": "tanh"}, linear("a", 2)))
    assert list(layers) == ["b", "tanh", "a", "out"]


def test_what_was_measured_is_kept_when_the_recording_is_dropped() -> None:
    experiment = experiment_with(linear("fc", 2), RELU)
    for _ in range(3):
        experiment.record_iteration()
    before = experiment.layers(1)
    experiment._recordings.drop(experiment.recorded_iterations)
    assert experiment.layers(1) is before
    experiment.seek(1)
    experiment.edit("fc.bias", (0,), 5.0)
    experiment.record_iteration()
    assert experiment.layers(1) != before


def test_values_are_counted_as_numpy_counts_them() -> None:
    values = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32) * 3
    found = count_values(values)
    edges = found.width * np.arange(found.first, found.first + len(found.counts) + 1)
    assert list(found.counts) == np.histogram(values, edges)[0].tolist()
    assert sum(found.counts) == values.size
    assert len(found.counts) <= 64


def test_two_neighbours_are_one_bin_of_twice_the_width() -> None:
    values = np.random.default_rng(1).normal(size=1000)
    fine, coarse = count_values(values), count_values(np.append(values, 1.5 * abs(values).max()))
    assert coarse.width == 2 * fine.width
    merged: dict[int, int] = {}
    for place, count in enumerate(fine.counts, fine.first):
        merged[place // 2] = merged.get(place // 2, 0) + count
    in_coarse = dict(enumerate(coarse.counts, coarse.first))
    in_coarse[coarse.first + len(coarse.counts) - 1] -= 1  # the number that was appended
    assert merged == {
        place: count for place, count in in_coarse.items() if count or place in merged
    }


def test_magnitudes_are_counted_as_numpy_counts_them() -> None:
    values = np.random.default_rng(2).normal(size=5000) * 10.0 ** np.random.default_rng(3).uniform(
        -30, 3, size=5000
    )
    found = count_magnitudes(values)
    edges = 10.0 ** (np.arange(found.first, found.first + len(found.counts) + 1) / 4)
    assert list(found.counts) == np.histogram(np.abs(values), edges)[0].tolist()


def test_powers_of_ten_begin_their_bins() -> None:
    found = count_magnitudes(np.array([-1e-3, 1e-3, 1.0, 10.0]))
    counted = {found.first + i: count for i, count in enumerate(found.counts) if count}
    assert counted == {-12: 2, 0: 1, 4: 1}


def test_zeros_and_numbers_that_are_not_finite_stand_apart() -> None:
    values = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 2.0])
    assert count_magnitudes(values).model_dump() == {
        "first": 1,  # 10^(1/4) ≤ 2 < 10^(2/4)
        "counts": (1,),
        "zeros": 2,
        "non_finite": 3,
    }
    assert count_values(values).non_finite == 3
    assert sum(count_values(values).counts) == 3


@pytest.mark.parametrize("values", [[], [np.nan], [0.0]])
def test_there_may_be_nothing_to_count(values: list[float]) -> None:
    assert count_magnitudes(np.array(values)).counts == ()
    assert sum(count_values(np.array(values)).counts) == values.count(0.0)


@pytest.mark.parametrize("largest", [5e-324, 1e-310, 1e-30, 1.0, 1e300])
def test_values_of_every_size_find_a_bin(largest: float) -> None:
    found = count_values(np.array([largest, -largest]))
    assert sum(found.counts) == 2
    assert len(found.counts) <= 64


def test_iterations_are_thinned_evenly_with_the_first_and_the_last() -> None:
    assert thin_evenly(range(0, 100, 10), 4) == (0, 30, 60, 90)
    assert thin_evenly([3, 5], 60) == (3, 5)
