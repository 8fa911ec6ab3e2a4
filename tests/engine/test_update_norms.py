"""Norms of parameters and of their updates, against NumPy on the parameters themselves."""

from collections.abc import Mapping

import numpy as np
import pytest
from torch import Tensor

from gradtape.engine.experiment import Experiment
from gradtape.spec import examples


def numbers_of(parameters: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    return {name: each.detach().numpy().astype(np.float64) for name, each in parameters.items()}


def test_every_second_iteration_tells_how_large_parameters_were_and_how_far_they_moved() -> None:
    spec = examples()["moons"].spec.model_copy(update={"device": "cpu", "update_norms_every": 2})
    experiment = Experiment(spec)
    stands = [numbers_of(experiment.parameters)]
    for _ in range(4):
        experiment.train_iteration()
        stands.append(numbers_of(experiment.parameters))
    updates = experiment.metrics().updates
    assert updates.iteration == [0, 2]
    for row, iteration in enumerate(updates.iteration):
        before, after = stands[iteration], stands[iteration + 1]
        for name in before:
            size = np.linalg.norm(before[name])
            moved = np.linalg.norm(after[name] - before[name])
            assert updates.parameter_norm[name][row] == pytest.approx(size, rel=1e-5)
            assert updates.norm[name][row] == pytest.approx(moved, rel=1e-4)
            assert updates.ratio[name][row] == pytest.approx(moved / size, rel=1e-4)
