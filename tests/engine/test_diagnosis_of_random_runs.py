"""Diagnosis of runs that its thresholds were not set by: their losses say what is to be found."""

from statistics import fmean
from typing import NamedTuple

import pytest

from gradtape.engine.diagnosis.diagnosis import diagnose_experiment
from gradtape.engine.experiment import Experiment
from gradtape.spec import parse_spec
from tests.engine.random_runs import draw_run

RUNS = 80
ITERATIONS = 300
LEARNED = 0.3  # of the first loss
STUCK = 0.97


class Outcome(NamedTuple):
    """Where a run ended.

    Attributes:
        loss: mean of the last 20, of the first.
        found: kinds of findings at the end.
    """

    loss: float
    found: list[str]


def run_to_the_end(seed: int) -> Outcome:
    experiment = Experiment(parse_spec(draw_run(seed)))
    experiment.record_iteration()
    for _ in range(ITERATIONS - 1):
        experiment.train_iteration()
    experiment.record_iteration()
    losses = experiment.metrics().loss
    found = [str(finding.kind) for finding in diagnose_experiment(experiment)]
    return Outcome(fmean(losses[-20:]) / losses[0], found)


@pytest.fixture(scope="module")
def outcomes() -> dict[int, Outcome]:
    return {seed: run_to_the_end(seed) for seed in range(RUNS)}


def test_no_run_that_has_learned_is_called_ill(outcomes: dict[int, Outcome]) -> None:
    learned = {seed: run.found for seed, run in outcomes.items() if run.loss < LEARNED}
    assert len(learned) > RUNS / 2
    assert {seed: found for seed, found in learned.items() if found} == {}


def test_of_most_runs_that_got_nowhere_the_reason_is_told(outcomes: dict[int, Outcome]) -> None:
    stuck = [run.found for run in outcomes.values() if run.loss > STUCK]
    told = [found for found in stuck if found]
    assert len(stuck) >= 4
    assert len(told) >= 0.75 * len(stuck)
