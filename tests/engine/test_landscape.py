"""Loss landscapes, against hand arithmetic and against the losses that training tells."""

import numpy as np
import pytest
import torch

from gradtape.engine.experiment import Experiment
from gradtape.engine.landscape.directions import Plane, main_directions, project, random_directions
from gradtape.engine.landscape.survey import Survey
from gradtape.errors import CommandRefused, InvalidSlice, UnknownTensor
from gradtape.spec import ExperimentSpec, examples, parse_spec
from gradtape.spec.landscape import (
    LandscapeRequest,
    NumberPlace,
    NumbersLandscape,
    PathLandscape,
    RandomLandscape,
)


def spec_of(example: str, **changes: object) -> ExperimentSpec:
    raw = examples()[example].spec.model_dump(mode="json")
    return parse_spec(raw | {"device": "cpu"} | changes)


def survey(experiment: Experiment, request: LandscapeRequest) -> Survey:
    """A landscape, complete."""
    found = Survey(experiment, request)
    while found.done < found.of:
        found.step()
    return found


def numbers(
    x: tuple[str, tuple[int, ...]], y: tuple[str, tuple[int, ...]], **options: float
) -> NumbersLandscape:
    (x_name, x_index), (y_name, y_index) = x, y
    return NumbersLandscape(
        kind="numbers",
        x=NumberPlace(tensor=x_name, index=x_index),
        y=NumberPlace(tensor=y_name, index=y_index),
        **options,  # type: ignore[arg-type]
    )


def recorded(spec: ExperimentSpec, every: int, iterations: int) -> Experiment:
    experiment = Experiment(spec)
    for iteration in range(iterations):
        if iteration % every == 0:
            experiment.record_iteration()
        else:
            experiment.train_iteration()
    return experiment


def test_of_linear_regression_it_is_the_quadratic_that_the_data_gives() -> None:
    data = {"kind": "linear_regression", "samples": 40, "features": 2, "noise": 0.3}
    experiment = Experiment(spec_of("linear-regression", data=data, dtype="float64"))
    found = survey(experiment, numbers(("line.weight", (0, 0)), ("line.weight", (0, 1)), steps=4))
    x, y = (part.numpy() for part in experiment.samples[:2])
    bias = experiment.parameters["line.bias"].item()
    for row, w1 in enumerate(found.y.offsets):
        for column, w0 in enumerate(found.x.offsets):
            weight = np.array([found.x.middle + w0, found.y.middle + w1])
            error = x @ weight + bias - y[:, 0]
            assert found.losses[row, column].item() == pytest.approx((error**2).mean(), rel=1e-12)


@pytest.mark.parametrize("example", ["moons", "sine-curve", "residual", "shared-weights"])
@pytest.mark.parametrize(
    "request_", [RandomLandscape(kind="random", steps=2), PathLandscape(kind="path", steps=2)]
)
def test_in_the_middle_it_is_the_loss_of_the_next_iteration_bit_for_bit(
    example: str, request_: LandscapeRequest
) -> None:
    experiment = recorded(spec_of(example, batch_size=None), every=5, iterations=15)
    found = survey(experiment, request_)
    experiment.train_iteration()
    assert found.losses[2, 2].item() == experiment.metrics().loss[-1]
    assert found.iteration == 15


def test_a_penalty_is_part_of_the_landscape() -> None:
    spec = spec_of("moons", batch_size=None, regularization={"l1": 0.01})
    experiment = Experiment(spec)
    found = survey(experiment, RandomLandscape(kind="random", steps=2))
    experiment.train_iteration()
    assert found.losses[2, 2].item() == experiment.metrics().loss[-1]


def test_every_filter_of_a_random_direction_has_the_norm_of_its_weights() -> None:
    parameters = Experiment(spec_of("digits-conv")).parameters
    directions = random_directions(parameters, seed=3)
    for direction in directions:
        assert set(direction) == {name for name in parameters if name.endswith("weight")}
        for name, step in direction.items():
            weight = parameters[name].detach()
            for drawn, filter_ in zip(step, weight, strict=True):
                torch.testing.assert_close(drawn.norm(), filter_.norm())
                assert not torch.equal(drawn, filter_)


def test_the_same_seed_gives_the_same_landscape_bit_for_bit() -> None:
    experiment = recorded(spec_of("moons"), every=4, iterations=9)
    first, again, other = (
        survey(experiment, RandomLandscape(kind="random", seed=seed, steps=3)).losses
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_losses_are_those_of_parameters_moved_by_hand() -> None:
    experiment = Experiment(spec_of("moons", batch_size=None))
    found = survey(
        experiment, numbers(("fc1.weight", (2, 1)), ("fc2.bias", (3,)), steps=2, radius=1.5)
    )
    for row, column in ((0, 0), (1, 4), (4, 2)):
        moved = Experiment(spec_of("moons", batch_size=None))
        moved.edit("fc1.weight", (2, 1), found.x.middle + found.x.offsets[column])
        moved.edit("fc2.bias", (3,), found.y.middle + found.y.offsets[row])
        moved.train_iteration()
        assert found.losses[row, column].item() == pytest.approx(moved.metrics().loss[0], rel=1e-6)
    assert found.x.offsets == [-1.5, -0.75, 0.0, 0.75, 1.5]
    assert (found.x.name, found.y.name) == ("fc1.weight[2, 1]", "fc2.bias[3]")


def test_the_path_in_two_numbers_is_their_values_at_recorded_iterations() -> None:
    experiment = recorded(spec_of("linear-regression", dtype="float64"), every=3, iterations=10)
    found = survey(experiment, numbers(("line.weight", (0, 0)), ("line.bias", (0,)), steps=2))
    path = found.path(experiment)
    assert [point.iteration for point in path] == [0, 3, 6, 9]
    for point in path:
        tape = experiment.recording(point.iteration)
        weight, bias = (
            tape.values(tape.find(name)).item() for name in ("line.weight", "line.bias")
        )
        assert found.x.middle + point.x == pytest.approx(weight)
        assert found.y.middle + point.y == pytest.approx(bias)
        assert point.distance == pytest.approx(0, abs=1e-9)  # there are no other numbers


def test_a_projection_is_the_least_squares_solution_of_numpy() -> None:
    source = np.random.default_rng(4)
    matrix, difference = source.normal(size=(12, 2)), source.normal(size=12)
    plane = Plane(
        *({"w": torch.tensor(matrix[:10, n]), "b": torch.tensor(matrix[10:, n])} for n in (0, 1)),
        names=("x", "y"),
    )
    parts = {"w": torch.tensor(difference[:10]), "b": torch.tensor(difference[10:])}
    (found,) = project([parts], plane)
    (x, y), squared, *_ = np.linalg.lstsq(matrix, difference)
    assert (found.x, found.y) == pytest.approx((x, y))
    assert found.distance == pytest.approx(squared[0] ** 0.5)


def test_main_directions_are_the_singular_vectors_of_numpy() -> None:
    source = np.random.default_rng(5)
    differences = source.normal(size=(6, 9)) @ np.diag([9, 5, 1, 1, 1, 1, 1, 1, 1.0])
    found = main_directions([{"w": torch.tensor(row)} for row in differences])
    _, _, vectors = np.linalg.svd(differences)
    for direction, vector in zip(found, vectors, strict=False):
        assert abs(direction["w"].numpy() @ vector) == pytest.approx(1)


def test_the_path_is_inside_of_its_own_landscape() -> None:
    experiment = recorded(spec_of("moons"), every=10, iterations=100)
    found = Survey(experiment, PathLandscape(kind="path"))
    assert all(abs(point.x) < found.x.offsets[-1] for point in found.path(experiment))
    assert all(abs(point.y) < found.y.offsets[-1] for point in found.path(experiment))


def test_the_experiment_goes_on_as_if_nobody_had_looked() -> None:
    spec = parse_spec(
        {
            "seed": 2,
            "device": "cpu",
            "data": {"kind": "moons", "samples": 60},
            "network": {
                "layers": [
                    {"kind": "linear", "out_features": 8},
                    {"kind": "batch_norm"},
                    {"kind": "relu"},
                    {"kind": "dropout", "p": 0.4},
                    {"kind": "linear", "out_features": 1},
                ]
            },
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "adam", "lr": 0.02},
            "batch_size": 16,
        }
    )
    disturbed, alone = Experiment(spec), Experiment(spec)
    survey_ = Survey(disturbed, RandomLandscape(kind="random"))
    for _ in range(30):
        survey_.step()
        disturbed.train_iteration()
        alone.train_iteration()
    assert disturbed.metrics() == alone.metrics()


def test_what_has_no_plane_is_refused() -> None:
    experiment = Experiment(spec_of("moons"))
    with pytest.raises(CommandRefused, match="three"):
        Survey(experiment, PathLandscape(kind="path"))
    with pytest.raises(UnknownTensor, match="fc9"):
        Survey(experiment, numbers(("fc9.weight", (0, 0)), ("fc1.bias", (0,))))
    with pytest.raises(InvalidSlice):
        Survey(experiment, numbers(("fc1.weight", (0, 9)), ("fc1.bias", (0,))))


def test_losses_that_are_not_finite_are_numbers_of_the_landscape() -> None:
    experiment = Experiment(spec_of("moons"))
    found = survey(
        experiment, numbers(("fc1.weight", (0, 0)), ("fc1.bias", (0,)), steps=2, radius=1e6)
    )
    assert not found.losses.isnan().all()
    experiment.edit("fc1.weight", (0, 0), float("nan"))
    found = survey(experiment, numbers(("fc1.weight", (0, 0)), ("fc1.bias", (0,)), steps=2))
    assert found.losses.isnan().all()
    assert found.done == 25
