"""Exported parameters are the numbers that an iteration found, and its gradients."""

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from safetensors import safe_open

import gradtape
from gradtape.engine.experiment import Experiment
from gradtape.exports.parameters import write_parameters
from gradtape.spec import parse_spec
from tests.engine.built_parts import build_parts
from tests.exports.script_cases import EXAMPLES, LAYERS, OTHER, WIRING, Raw

CASES: dict[str, Raw] = {
    "moons": EXAMPLES["moons"],
    "running statistics": LAYERS["batch norm of numbers"],
    "double precision": OTHER["double precision"],
    "shared": WIRING["shared through a chain"],
    "no gradient": WIRING["a layer that leads nowhere"],
    "optimizer with buffers of its own": OTHER["adam"],
}


@pytest.mark.parametrize("name", CASES)
def test_names_and_numbers_are_those_of_a_plain_loop(name: str, tmp_path: Path) -> None:
    raw = {**CASES[name], "device": "cpu"}
    experiment = Experiment(parse_spec(raw))
    experiment.train_iteration()
    path = tmp_path / "second.safetensors"
    path.write_bytes(write_parameters(experiment.record_iteration()))

    parts = build_parts(raw)
    parts.train(1)
    expected = {key: value.clone() for key, value in parts.network.state_dict().items()}
    parts.optimizer.zero_grad()
    x, y = parts.data.batch(1, parts.spec.batch_size)
    parts.loss(parts.network(x), y).backward()
    for parameter, value in parts.network.named_parameters():
        if value.grad is not None:
            expected[f"gradient/{parameter}"] = value.grad

    with safe_open(path, "pt") as file:
        assert set(file.keys()) == set(expected)
        for key, value in expected.items():
            found = file.get_tensor(key)
            assert found.dtype == value.dtype
            assert torch.equal(found, value), key


def test_the_metadata_tell_where_it_comes_from(tmp_path: Path) -> None:
    experiment = Experiment(parse_spec(EXAMPLES["moons"]))
    experiment.record_iteration()
    recording = experiment.record_iteration()
    path = tmp_path / "moons.safetensors"
    spec = json.dumps(EXAMPLES["moons"])
    path.write_bytes(write_parameters(recording, name="moons", spec=spec))
    with safe_open(path, "pt") as file:
        assert file.metadata() == {
            "name": "moons",
            "iteration": "1",
            "torch": str(torch.__version__),
            "gradtape": gradtape.__version__,
            "spec": spec,
        }


def test_the_recording_keeps_its_numbers() -> None:
    experiment = Experiment(parse_spec(EXAMPLES["moons"]))
    recording = experiment.record_iteration()
    before = safetensors.torch.load(write_parameters(recording))
    experiment.train_iteration()
    after = safetensors.torch.load(write_parameters(recording))
    assert all(torch.equal(after[name], before[name]) for name in before)
