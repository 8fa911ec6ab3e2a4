"""Every way to train beside a plain PyTorch program: the same losses, bit for bit."""

import subprocess
import sys
from pathlib import Path

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.exports.origin import Origin
from gradtape.exports.script import write_script
from gradtape.spec import ExperimentSpec, parse_spec
from gradtape.spec.fields import kind_of, models_of
from gradtape.spec.optimizers import AnyOptimizer
from gradtape.spec.schedules import AnySchedule
from tests.exports import script_runner
from tests.exports.regimes import REGIMES

ITERATIONS = 25
RECORDED = frozenset({0, 1, 2, 3, 4, 5, 9, 16, 17, 24})
"""From the fourth on the engine may run from its list of ops; 16 is compared op by op again."""


def spec_of(name: str) -> ExperimentSpec:
    return parse_spec({**REGIMES[name], "device": "cpu", "update_norms_every": 4})


def go_on(experiment: Experiment, *, recorded: frozenset[int]) -> list[float]:
    while experiment.iteration < ITERATIONS:
        if experiment.iteration in recorded:
            experiment.record_iteration()
        else:
            experiment.train_iteration()
    return experiment.metrics().loss


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the program of each regime prints; all in one process, from which we are absent."""
    folder = tmp_path_factory.mktemp("regimes")
    names = dict(enumerate(REGIMES))
    for number, name in names.items():
        origin = Origin(spec=spec_of(name), iterations=ITERATIONS, device="cpu", changed=())
        (folder / f"{number:03}.py").write_bytes(write_script(origin))
    command = [sys.executable, script_runner.__file__, folder]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name: lines_of(folder / f"{number:03}.txt") for number, name in names.items()}


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()


def losses_in(lines: list[str]) -> list[float]:
    return [float(line.split()[1]) for line in lines if not line.startswith(" ")]


@pytest.mark.parametrize("name", REGIMES)
def test_an_experiment_gives_the_losses_of_a_plain_program_recorded_or_not(
    name: str, printed: dict[str, list[str]]
) -> None:
    expected = losses_in(printed[name])
    assert len(expected) == ITERATIONS
    plain, recorded = Experiment(spec_of(name)), Experiment(spec_of(name))
    assert go_on(plain, recorded=frozenset()) == expected
    assert go_on(recorded, recorded=RECORDED) == expected
    assert recorded.metrics() == plain.metrics()


@pytest.mark.parametrize("name", REGIMES)
def test_what_was_recorded_can_be_gone_back_to(name: str) -> None:
    experiment = Experiment(spec_of(name))
    go_on(experiment, recorded=RECORDED)
    before = experiment.metrics()
    for iteration in (16, 3, 0):
        experiment.seek(iteration)
        assert experiment.iteration == iteration
        go_on(experiment, recorded=RECORDED)
        assert experiment.metrics() == before


@pytest.mark.parametrize("name", REGIMES)
def test_a_snapshot_goes_on_bit_identically(name: str) -> None:
    experiment = Experiment(spec_of(name))
    while experiment.iteration < 8:
        experiment.train_iteration()
    experiment.record_iteration()
    other = Experiment.from_snapshot(spec_of(name), experiment.to_snapshot())
    for each in (experiment, other):
        go_on(each, recorded=RECORDED)
    assert other.metrics() == experiment.metrics()
    other.seek(8)
    go_on(other, recorded=RECORDED)
    assert other.metrics() == experiment.metrics()


@pytest.mark.parametrize("name", REGIMES)
def test_a_branch_from_any_recorded_iteration_goes_on_with_the_same_numbers(name: str) -> None:
    experiment = Experiment(spec_of(name))
    go_on(experiment, recorded=RECORDED)
    whole = experiment.metrics()
    for iteration in (16, 3, 0, ITERATIONS):
        branch = Experiment.from_snapshot(spec_of(name), experiment.to_branch(iteration))
        assert branch.iteration == iteration
        assert max(branch.recorded_iterations) <= iteration
        go_on(branch, recorded=RECORDED)
        assert branch.metrics() == whole
    assert experiment.metrics() == whole


@pytest.mark.parametrize("name", ["validation", "plateau of validation", "one norm of everything"])
def test_the_validation_loss_is_that_of_a_plain_program(
    name: str, printed: dict[str, list[str]]
) -> None:
    experiment = Experiment(spec_of(name))
    go_on(experiment, recorded=frozenset())
    expected = [float(line.split()[-1]) for line in printed[name] if "validation" in line]
    assert experiment.metrics().validation.loss == expected


def test_every_optimizer_and_schedule_is_among_the_regimes() -> None:
    specs = [spec_of(name) for name in REGIMES]
    for union, used in (
        (AnyOptimizer, [spec.optimizer for spec in specs]),
        (AnySchedule, [spec.schedule for spec in specs]),
    ):
        assert {kind_of(model) for model in models_of(union)} == {part.kind for part in used}
