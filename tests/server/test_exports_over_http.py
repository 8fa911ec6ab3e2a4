"""A session as files, through a real server."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import safetensors.numpy

from gradtape.exports.gallery import EXPORTS
from tests.exports.dot_reading import read_dot
from tests.exports.script_cases import LAYERS
from tests.live_server import LiveServer
from tests.server.session_client import carry_out, open_session

HAS_GRAPHVIZ = shutil.which("dot") is not None


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[httpx.Client]:
    with live_server.client(timeout_seconds=60) as client:
        yield client


@pytest.fixture(scope="module")
def path(live_server: LiveServer) -> str:
    """A session with dropout that has run three iterations, the first and the last recorded."""
    spec = {**LAYERS["dropout"], "name": "My run / 1", "device": "cpu", "batch_size": 4}
    with live_server.client(timeout_seconds=60) as client:
        path = open_session(client, {"spec": spec})
        carry_out(client, path, kind="record")
        carry_out(client, path, kind="run", iterations=2)
    return path


def test_each_export_is_an_attachment_with_its_type_and_a_safe_name(
    client: httpx.Client, path: str
) -> None:
    for kind, export in EXPORTS.items():
        answer = client.get(f"{path}/exports/{kind}")
        if kind in ("svg", "png", "pdf") and not HAS_GRAPHVIZ:
            assert answer.status_code == 422
            continue
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].partition(";")[0] == export.media_type
        expected = f'attachment; filename="My-run-1{export.suffix}"'
        assert answer.headers["Content-Disposition"] == expected
        assert answer.content


def test_a_picture_without_graphviz_is_refused_with_what_to_install(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": ""}
    with (
        LiveServer(tmp_path, environment=environment) as server,
        server.client(timeout_seconds=60) as client,
    ):
        path = open_session(client, {"example": "xor"})
        carry_out(client, path, kind="record")
        answer = client.get(f"{path}/exports/png")
        assert client.get(f"{path}/exports/dot").status_code == 200
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "graphviz_unavailable"
    assert "apt install graphviz" in error["message"]


@pytest.mark.skipif(not HAS_GRAPHVIZ, reason="Graphviz is not installed")
def test_a_drawing_of_a_session_holds_its_parameters(client: httpx.Client, path: str) -> None:
    root = ElementTree.fromstring(client.get(f"{path}/exports/svg").content)  # noqa: S314
    texts = {(part.text or "").strip() for part in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"linear.weight", "linear_2.weight", "out.bias", "loss"} <= texts


def test_exporting_changes_nothing(client: httpx.Client) -> None:
    spec = {**LAYERS["dropout"], "device": "cpu", "batch_size": 4}
    losses: list[list[float]] = []
    for exports in ((), ("dot", "safetensors", "script", "csv", "dot")):
        path = open_session(client, {"spec": spec})
        carry_out(client, path, kind="record")
        carry_out(client, path, kind="run", iterations=3)
        for kind in exports:
            client.get(f"{path}/exports/{kind}", params={"iteration": 0}).raise_for_status()
        carry_out(client, path, kind="run", iterations=20)
        losses.append(client.get(f"{path}/metrics").json()["loss"])
    assert losses[0] == losses[1]


def test_the_graph_is_that_of_the_session(client: httpx.Client, path: str) -> None:
    graph = read_dot(client.get(f"{path}/exports/dot", params={"iteration": 0}).content)
    assert "linear.weight (8, 6)" in graph.labels("lightblue")
    assert graph.labels("darkolivegreen1") == ["loss ()"]


def test_the_program_prints_the_losses_of_the_session(
    client: httpx.Client, path: str, tmp_path: Path
) -> None:
    program = tmp_path / "run.py"
    program.write_bytes(client.get(f"{path}/exports/script").content)
    printed = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    lines = [line.split() for line in printed.stdout.splitlines() if not line.startswith(" ")]
    assert [float(loss) for _, loss in lines] == client.get(f"{path}/metrics").json()["loss"]


def test_the_program_warns_of_what_was_changed_by_hand(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="set", optimizer={"lr": 0.25})
    carry_out(client, path, kind="record")
    before = client.get(f"{path}/exports/script").text
    assert "WARNING" not in before  # the first iteration ran with it: the program can say so
    assert "lr=0.25" in before
    carry_out(client, path, kind="edit", tensor="fc1.weight", index=[0, 0], value=2)
    carry_out(client, path, kind="edit", tensor="input", index=[0, 0], value=2)
    carry_out(client, path, kind="set", optimizer={"momentum": 0.5})
    after = client.get(f"{path}/exports/script").text
    for name in ("fc1.weight", "input", "momentum"):
        assert f"#   '{name}'\n" in after
    carry_out(client, path, kind="seek", iteration=0)
    assert client.get(f"{path}/exports/script").text.count("WARNING") == 0


def test_the_parameters_are_those_of_the_recorded_iteration(
    client: httpx.Client, path: str
) -> None:
    headers = {"Accept": "application/octet-stream"}
    for iteration in (0, 2):
        parameters = {"iteration": iteration}
        content = client.get(f"{path}/exports/safetensors", params=parameters).content
        weight = client.get(
            f"{path}/tensors/linear.weight/values", params=parameters, headers=headers
        )
        found = safetensors.numpy.load(content)
        exact = np.frombuffer(weight.content, "<f4").reshape(8, 6)
        np.testing.assert_array_equal(found["linear.weight"], exact)
        assert found["gradient/linear.weight"].shape == (8, 6)
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        assert metadata["name"] == "My run / 1"
        assert metadata["iteration"] == str(iteration)
        assert json.loads(metadata["spec"]) == client.get(path).json()["spec"]


def test_the_table_has_the_numbers_of_the_metrics(client: httpx.Client, path: str) -> None:
    text = client.get(f"{path}/exports/csv").text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    metrics = client.get(f"{path}/metrics").json()
    assert [float(row["loss"]) for row in rows] == metrics["loss"]
    norms = [float(row["gradient_norm.out.weight"]) for row in rows]
    assert norms == metrics["gradient_norm"]["out.weight"]


def test_before_anything_is_recorded_the_graph_is_refused_and_the_program_is_not(
    client: httpx.Client,
) -> None:
    path = open_session(client, {"example": "xor"})
    answer = client.get(f"{path}/exports/dot")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_iteration")
    assert client.get(f"{path}/exports/script").status_code == 200
    assert client.get(f"{path}/exports/csv").text.startswith("iteration,loss")
