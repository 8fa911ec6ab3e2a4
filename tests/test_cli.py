"""The command line as a shell sees it: output, exit codes, one clear line on bad input."""

import contextlib
import csv
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from safetensors import safe_open

from tests.exports.replay_files import ReplayFile
from tests.live_server import LiveServer, find_free_port

GRADTAPE = Path(sys.executable).with_name("gradtape")
SPEC = {
    "data": {"kind": "xor"},
    "network": {
        "layers": [
            {"kind": "linear", "name": "fc1", "out_features": 8},
            {"kind": "tanh"},
            {"kind": "linear", "name": "fc2", "out_features": 1},
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "adam", "lr": 0.05},
}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GRADTAPE, *arguments], capture_output=True, text=True, timeout=120)


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC))
    return path


def test_recording_gives_what_the_server_records(
    spec_file: Path, tmp_path: Path, live_server: LiveServer
) -> None:
    output = tmp_path / "run.json"
    result = run("record", spec_file, "-o", output)
    assert result.returncode == 0, result.stderr
    assert "loss" in result.stderr
    with live_server.client() as client:
        answer = client.post("/record", params={"values": "inline"}, json=SPEC)
    assert json.loads(output.read_text()) == answer.json()


def test_without_an_output_the_tape_goes_down_the_pipe(spec_file: Path) -> None:
    result = run("record", spec_file)
    assert (result.returncode, result.stderr) == (0, "")
    tape = json.loads(result.stdout)
    weight = next(part for part in tape["structure"]["tensors"] if part["name"] == "fc1.weight")
    assert len(weight["values"]) == 8


def test_recording_into_a_page_gives_one_file_with_the_same_numbers(
    spec_file: Path, tmp_path: Path
) -> None:
    page, tape = tmp_path / "run.html", tmp_path / "run.json"
    assert run("record", spec_file, "-o", tape).returncode == 0
    result = run("record", spec_file, "-o", page)
    assert result.returncode == 0, result.stderr
    (frame,) = ReplayFile(page.read_bytes()).document["frames"]
    assert frame["loss"] == json.loads(tape.read_text())["frame"]["loss"]
    assert f"loss {frame['loss']:.6g}" in result.stderr


def test_training_tells_the_loss_and_writes_a_row_per_iteration(
    spec_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "metrics.csv"
    result = run("train", spec_file, "--iterations", "120", "--csv", output)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""  # no bar where there is no terminal
    with output.open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["iteration"]) for row in rows] == list(range(120))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert "gradient_norm.fc1.weight" in rows[0]
    first, last = f"{float(rows[0]['loss']):.6g}", f"{float(rows[-1]['loss']):.6g}"
    assert result.stdout == f"120 iterations: loss {first} → {last}\n"


def test_on_a_terminal_a_bar_moves(spec_file: Path) -> None:
    ours, theirs = pty.openpty()
    result = subprocess.run(
        [GRADTAPE, "train", spec_file, "--iterations", "100"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        timeout=120,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal without a writer says that it is at its end
        while part := os.read(ours, 65_536):
            shown += part
    os.close(ours)
    assert result.returncode == 0
    assert "100/100" in shown.decode()


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("graph.dot", b"// Drawn by torchviz."),
        ("run.py", b"# 'An experiment' as a PyTorch program"),
        ("run.csv", b"iteration,loss,"),
        ("run.html", b"<!doctype html>"),
    ],
)
def test_a_file_is_written_as_its_suffix_says(
    spec_file: Path, tmp_path: Path, name: str, beginning: bytes
) -> None:
    output = tmp_path / name
    result = run("export", spec_file, "-o", output, "--iterations", "3")
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert output.read_bytes().startswith(beginning)
    assert str(output) in result.stderr


def test_a_kind_can_be_named_and_the_last_iteration_is_exported(
    spec_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "weights"
    result = run("export", spec_file, "--kind", "safetensors", "-o", output, "--iterations", "3")
    assert result.returncode == 0, result.stderr
    with safe_open(output, "np") as file:
        assert file.metadata()["iteration"] == "2"
        assert file.get_tensor("gradient/fc1.weight").shape == (8, 2)


def test_a_drawing_is_made_where_graphviz_is_and_refused_where_not(
    spec_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "graph.svg"
    if shutil.which("dot"):
        assert run("export", spec_file, "-o", output).returncode == 0
        assert b"fc1.weight" in output.read_bytes()
        output.unlink()
    monkeypatch.setenv("PATH", "")
    result = run("export", spec_file, "-o", output)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "apt install graphviz" in result.stderr
    assert not output.exists()


BAD_CALLS = {
    "no such file": (["record", "missing.json"], "missing.json"),
    "a folder": (["record", "."], "directory"),
    "unknown command": (["recrod"], "recrod"),
    "unknown option": (["train", "spec.json", "--fast"], "--fast"),
    "no argument": (["train"], "SPEC"),
    "iterations out of range": (["train", "spec.json", "--iterations", "0"], "--iterations"),
    "output that cannot be written": (["record", "spec.json", "-o", "no/where.json"], "no/where"),
    "table that cannot be written": (["train", "spec.json", "--csv", "no/where.csv"], "no/where"),
    "a kind that nobody knows": (
        ["export", "spec.json", "-o", "graph.svg", "--kind", "sgv"],
        "Did you mean 'svg'",
    ),
    "a suffix that nobody knows": (["export", "spec.json", "-o", "graph.exe"], ".exe"),
    "export that cannot be written": (["export", "spec.json", "-o", "no/where.csv"], "no/where"),
    "not JSON": (["record", "text.json"], "line 1"),
    "bad spec": (["record", "bad.json"], "optimizer.lr"),
    "too deep": (["record", "deep.json"], "10,000"),
    "port out of range": (["serve", "--port", "99999"], "99999"),
    "address of another machine": (["serve", "--host", "203.0.113.7", "--port", "0"], "203.0.113"),
}


@pytest.mark.parametrize("name", list(BAD_CALLS))
def test_bad_input_is_one_line_and_exit_2(
    spec_file: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = spec_file.parent
    monkeypatch.chdir(folder)
    (folder / "text.json").write_text("network: yes")
    (folder / "bad.json").write_text(
        json.dumps({**SPEC, "optimizer": {"kind": "sgd", "lr": "fast"}})
    )
    (folder / "deep.json").write_text("[" * 10_000)
    arguments, words = BAD_CALLS[name]
    result = run(*arguments)
    assert result.returncode == 2, result.stdout + result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("gradtape: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_a_taken_port_is_one_line_and_exit_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("serve", "--port", port, "--data", tmp_path)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert port in result.stderr


def test_a_data_folder_in_use_is_one_line_and_exit_2(live_server: LiveServer) -> None:
    result = run("serve", "--port", "0", "--data", live_server.data_folder)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serving_prints_where_and_stops_at_a_signal(tmp_path: Path, ending: int) -> None:
    port = find_free_port()
    process = subprocess.Popen(
        [GRADTAPE, "serve", "--port", str(port), "--data", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert f"http://127.0.0.1:{port}" in process.stdout.readline()
    url = f"http://127.0.0.1:{port}/api/v1"
    assert httpx.get(f"{url}/limits").status_code == 200
    opened = httpx.post(f"{url}/sessions", json={"example": "moons"}, timeout=60).json()
    with httpx.stream("GET", f"{url}/sessions/{opened['id']}/events") as stream:
        parts = stream.iter_text()  # dropped, it would close the connection
        next(parts)
        process.send_signal(ending)
        _, complaints = process.communicate(timeout=30)
    assert "Traceback" not in complaints
    assert process.returncode in (0, 130, -ending)


def test_help_is_exit_0() -> None:
    result = run("--help")
    assert result.returncode == 0
    for command in ("serve", "record", "train", "export"):
        assert command in result.stdout
