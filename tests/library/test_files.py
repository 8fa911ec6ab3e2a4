"""The files that a tape is saved as, and that its data is what the server gives."""

import json
import shutil
from pathlib import Path

import httpx
import pytest
import safetensors.torch
import torch
from torch import nn

import gradtape
from gradtape.engine.experiment import Experiment
from gradtape.errors import InvalidRecording, UnknownExport
from gradtape.library import files
from gradtape.spec import ExperimentSpec
from tests.library.networks import Training
from tests.live_server import LiveServer

SPEC = {
    "dtype": "float64",
    "seed": 3,
    "data": {"kind": "random_normal", "samples": 4, "features": 3, "targets": 2},
    "network": {
        "layers": [
            {"kind": "linear", "name": "fc1", "out_features": 5},
            {"kind": "tanh", "name": "act"},
            {"kind": "linear", "name": "fc2", "out_features": 2},
        ]
    },
    "loss": {"kind": "mse"},
    "optimizer": {"kind": "sgd", "lr": 0.1},
}


@pytest.fixture(scope="module")
def tape() -> gradtape.Tape:
    """Three iterations."""
    training = Training()
    with gradtape.record(training.network, every=1) as tape:
        for _ in range(3):
            training.step()
    return tape


def test_an_unknown_ending_is_refused_with_those_that_are_known(
    tape: gradtape.Tape, tmp_path: Path
) -> None:
    with pytest.raises(UnknownExport, match=r"no tape is saved as 'run\.onnx'.+\.html, \.tape"):
        tape.save(tmp_path / "run.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_tape_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecording, match="The tape is empty"):
        gradtape.Tape().save(tmp_path / "run.html")


def test_json_is_the_latest_iteration_with_its_blob(tape: gradtape.Tape, tmp_path: Path) -> None:
    tape.save(tmp_path / "run.json")
    assert json.loads((tmp_path / "run.json").read_text()) == tape.to_dict(values="blob")
    assert tape.to_dict()["frame"]["iteration"] == 2


def test_safetensors_has_parameters_and_gradients(tape: gradtape.Tape, tmp_path: Path) -> None:
    tape.save(str(tmp_path / "run.safetensors"))
    stored = safetensors.torch.load_file(tmp_path / "run.safetensors")
    assert torch.equal(stored["0.weight"], tape.value("0.weight"))


def test_dot_and_pictures_are_of_the_autograd_graph(tape: gradtape.Tape, tmp_path: Path) -> None:
    tape.save(tmp_path / "run.dot")
    assert "TanhBackward0" in (tmp_path / "run.dot").read_text()
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    tape.save(tmp_path / "run.SVG")
    assert "TanhBackward0" in (tmp_path / "run.SVG").read_text()


def test_html_is_one_file_with_all_iterations(tape: gradtape.Tape, tmp_path: Path) -> None:
    tape.save(tmp_path / "run.html")
    assert (tmp_path / "run.html").read_bytes().startswith(b"<!doctype html>")
    recordings = [tape.recording(number) for number in tape.iterations]
    document = files.compose_replay(tape.name, reversed(recordings))
    assert [frame.iteration for frame in document.frames] == [0, 1, 2]
    assert document.name == "Sequential"


def test_a_recorded_spec_has_the_same_data_as_over_http(live_server: LiveServer) -> None:
    answer = httpx.post(
        f"{live_server.origin}/api/v1/record?values=inline", json=SPEC, timeout=60
    ).json()
    experiment = Experiment(ExperimentSpec.model_validate(SPEC))
    ours = gradtape.Tape([experiment.record_iteration()]).to_dict(values="inline")
    assert ours["structure"] == answer["structure"]
    assert ours["frame"] == answer["frame"]


def test_a_block_around_the_same_iteration_gives_the_same_numbers() -> None:
    served = gradtape.Tape([Experiment(ExperimentSpec.model_validate(SPEC)).record_iteration()])
    network = nn.Sequential()
    for name, layer in [("fc1", nn.Linear(3, 5)), ("act", nn.Tanh()), ("fc2", nn.Linear(5, 2))]:
        network.add_module(name, layer.double())
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(served.value(name))
    x, y = served.value("input"), served.value("target")
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    with gradtape.record(network) as tape:
        nn.MSELoss()(network(x), y).backward()
        optimizer.step()
    assert tape.loss == served.loss
    for name, _ in network.named_parameters():
        assert torch.equal(tape.gradient(name), served.gradient(name))
    assert [op.name for op in tape.ops] == [op.name for op in served.ops]
    assert [node.name for node in tape.nodes] == [node.name for node in served.nodes]
