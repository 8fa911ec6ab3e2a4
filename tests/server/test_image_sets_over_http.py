"""The operator's images through a real server: its processes find them, and no one sees where."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from gradtape.engine.data.image_sets import VARIABLE
from gradtape.engine.experiment import Experiment
from gradtape.spec import parse_spec
from tests.image_files import write_image_set
from tests.live_server import LiveServer


def spec(**data: Any) -> dict[str, Any]:
    return {
        "device": "cpu",
        "data": {"kind": "mnist_format", "images": "mnist", "samples": 30, **data},
        "network": {"layers": [{"kind": "linear", "out_features": 10}]},
        "loss": {"kind": "cross_entropy"},
        "optimizer": {"kind": "sgd", "lr": 0.1},
    }


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    write_image_set(folder, "mnist", compressed=True)
    return folder


@pytest.fixture(scope="module")
def client(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    environment = {**os.environ, VARIABLE: str(images)}
    with (
        LiveServer(tmp_path_factory.mktemp("server"), environment=environment) as server,
        server.client(timeout_seconds=60) as client,
    ):
        yield client


def test_the_catalogue_names_the_sets(client: httpx.Client) -> None:
    entries = client.get("/catalog").json()["data"]
    (entry,) = [entry for entry in entries if entry["kind"] == "mnist_format"]
    assert entry["unavailable"] is None
    assert entry["parameters"][0]["choices"] == ["mnist"]


def test_a_session_trains_on_them(
    client: httpx.Client, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(images))
    tape = client.post("/record?values=inline", json=spec()).json()
    recording = Experiment(parse_spec(spec())).record_iteration()
    assert tape["frame"]["loss"] == pytest.approx(recording.loss)
    (given,) = [each for each in tape["structure"]["tensors"] if each["name"] == "input"]
    np.testing.assert_array_equal(
        np.float32(given["values"]), recording.values(recording.find("input"))
    )
    answer = client.post("/sessions", json={"spec": spec()})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        ({"images": "kmnist"}, "data.images", "it has mnist"),
        ({"samples": 41}, "data.samples", "40 images"),
    ],
)
def test_what_is_not_there_is_one_clear_error(
    client: httpx.Client, images: Path, data: dict[str, Any], path: str, words: str
) -> None:
    for answer in (
        client.post("/record", json=spec(**data)),
        client.post("/sessions", json={"spec": spec(**data)}),
    ):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "data_unavailable")
        assert error["path"] == path
        assert words in error["message"]
        assert str(images) not in answer.text


def test_a_server_without_images_says_so(live_server: LiveServer) -> None:
    with live_server.client(timeout_seconds=60) as client:
        entries = client.get("/catalog").json()["data"]
        (entry,) = [entry for entry in entries if entry["kind"] == "mnist_format"]
        answer = client.post("/sessions", json={"spec": spec()})
    assert "--images FOLDER" in entry["unavailable"]
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, entry["unavailable"])
