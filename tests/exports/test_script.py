"""Exported programs, run in a process without Gradtape, give the experiment's numbers."""

import ast
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from gradtape.engine.experiment import Experiment
from gradtape.exports.origin import Origin
from gradtape.exports.script import write_script
from gradtape.exports.script_layers import MODULE_NAMES
from gradtape.spec import parse_spec
from gradtape.spec.data import AnyData
from gradtape.spec.fields import kind_of, models_of
from gradtape.spec.initializations import AnyInitialization
from gradtape.spec.layers import AnyLayer
from gradtape.spec.losses import AnyLoss
from tests.exports import script_runner
from tests.exports.script_cases import CASES, Raw

ITERATIONS = 6  # with batches of 3 or 4 of 7 or 10 samples: two epochs


def script_of(raw: Raw, *, iterations: int = ITERATIONS, changed: tuple[str, ...] = ()) -> str:
    spec = parse_spec(raw).model_copy(update={"device": "cpu"})
    origin = Origin(spec=spec, iterations=iterations, device="cpu", changed=changed)
    return write_script(origin).decode()


def number_of(name: str) -> str:
    return f"{list(CASES).index(name):03}"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every program and what it gave; all in one process, started anew."""
    folder = tmp_path_factory.mktemp("scripts")
    for name, raw in CASES.items():
        (folder / f"{number_of(name)}.py").write_text(script_of(raw))
    command = [sys.executable, script_runner.__file__, folder]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", CASES)
def test_a_program_gives_the_losses_and_gradients_bit_for_bit(name: str, results: Path) -> None:
    experiment = Experiment(parse_spec(CASES[name]).model_copy(update={"device": "cpu"}))
    for _ in range(ITERATIONS - 1):
        experiment.train_iteration()
    recording = experiment.record_iteration()

    printed = (results / f"{number_of(name)}.txt").read_text().splitlines()
    pairs = [line.split() for line in printed if not line.startswith(" ")]
    assert [int(iteration) for iteration, _ in pairs] == list(range(ITERATIONS))
    losses = [float(loss) for _, loss in pairs]
    np.testing.assert_array_equal(losses, experiment.metrics().loss)

    gradients = dict(np.load(results / f"{number_of(name)}.npz"))
    tensors = recording.structure.tensors
    expected = {
        tensor.name: recording.values(tensor.gradient)
        for tensor in tensors
        if tensor.role == "parameter" and tensor.gradient is not None
    }
    assert gradients.keys() == expected.keys()
    assert gradients
    for parameter, gradient in gradients.items():
        assert gradient.dtype == expected[parameter].dtype
        np.testing.assert_array_equal(gradient, expected[parameter], err_msg=parameter)


def test_every_kind_is_among_the_cases() -> None:
    # Optimizers and schedules are among the regimes of tests/engine/test_regimes.py.
    specs = [parse_spec(raw) for raw in CASES.values()]
    layers = [layer for spec in specs for layer in spec.network.layers]
    inits = [
        getattr(layer.init, name)
        for layer in layers
        if hasattr(layer, "init")
        for name in ("weight", "bias")
    ]
    for union, used in (
        (AnyLayer, layers),
        (AnyData, [spec.data for spec in specs]),
        (AnyLoss, [spec.loss for spec in specs]),
        (AnyInitialization, inits),
    ):
        assert {kind_of(model) for model in models_of(union)} == {part.kind for part in used}


def test_a_program_prints_each_gradients_norm(results: Path) -> None:
    name = "a layer that leads nowhere"
    printed = (results / f"{number_of(name)}.txt").read_text().splitlines()
    gradients = dict(np.load(results / f"{number_of(name)}.npz"))
    last = [line.split(maxsplit=1) for line in printed[-6:]]
    assert [parameter for parameter, _ in last] == [
        *("used.weight", "used.bias", "lost.weight", "lost.bias", "out.weight", "out.bias")
    ]
    for parameter, text in last:
        if parameter.startswith("lost"):
            assert text == "no gradient"
        else:
            norm = math.sqrt(sum(float(number) ** 2 for number in gradients[parameter].flat))
            assert float(text) == pytest.approx(norm, rel=1e-5)


def test_what_a_user_wrote_stays_text() -> None:
    name = '"""); import os; os.abort() #\nraise SystemExit\r{{ 7 * 7 }}'
    script = script_of({**CASES["moons"], "name": name}, changed=("fc1.weight\nimport os",))
    statements = ast.parse(script).body
    imported = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
    assert len(imported) == 5
    assert "49" not in script
    comments = [line for line in script.splitlines() if "abort" in line or "import os" in line]
    assert len(comments) == 2
    assert all(line.startswith("#") for line in comments)


def test_changes_by_hand_are_warned_of() -> None:
    plain, warned = script_of(CASES["moons"]), script_of(CASES["moons"], changed=("fc1.bias", "lr"))
    assert "WARNING" not in plain
    assert "WARNING" in warned
    assert "#   'fc1.bias'\n#   'lr'\n" in warned


def test_a_program_runs_at_least_once() -> None:
    assert "\nITERATIONS = 1\n" in script_of(CASES["moons"], iterations=0)


def test_names_that_a_module_has_are_all_known() -> None:
    there = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert there - {"T_destination"} <= MODULE_NAMES
