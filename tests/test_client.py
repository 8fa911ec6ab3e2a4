"""The client library on a real server."""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

import gradtape
from gradtape.errors import RequestFailed
from tests.exports.replay_files import ReplayFile
from tests.live_server import LiveServer, find_free_port


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[gradtape.Client]:
    with gradtape.Client(live_server.origin) as client:
        yield client


def test_importing_gradtape_is_light() -> None:
    heavy = "[name for name in ('torch', 'httpx', 'fastapi', 'numpy', 'plotly') if name in m]"
    code = f"import gradtape, sys; m = sys.modules; print({heavy}); gradtape.Client"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_a_name_that_gradtape_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Clint"):
        _ = gradtape.Clint  # pyright: ignore[reportAttributeAccessIssue]


def test_recording_needs_no_session(client: gradtape.Client) -> None:
    spec = client.examples()[0]["spec"]
    tape = client.record(spec)
    named = {tensor["name"]: tensor for tensor in tape["structure"]["tensors"]}
    assert np.shape(named["fc1.weight"]["values"]) == tuple(named["fc1.weight"]["shape"])
    without = client.record(spec, values=None)
    assert "values" not in without["structure"]["tensors"][0]
    assert without["frame"]["loss"] == tape["frame"]["loss"]


def test_a_session_is_opened_trained_and_read(client: gradtape.Client) -> None:
    session = client.open("moons")
    tape = session.record()
    assert tape["frame"]["iteration"] == 0
    state = session.run(20, record_every=10)
    assert state["iteration"] == 21
    assert state["iterations_recorded"] == [0, 10, 20]
    metrics = session.metrics()
    assert metrics["iteration"] == list(range(21))
    assert metrics["loss"][0] == pytest.approx(tape["frame"]["loss"])
    assert session.tape(10)["frame"]["iteration"] == 10
    assert session.figure("loss")["data"][0]["y"] == metrics["loss"]
    assert client.session(session.id).state()["iteration"] == 21


def test_numbers_are_arrays_in_their_own_precision(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.record()
    weight = session.values("fc1.weight")
    assert weight.dtype == np.float32
    np.testing.assert_array_equal(session.values("fc1.weight", slice="1:3,0"), weight[1:3, 0])
    assert session.values("loss").shape == ()


def test_every_op_of_a_tape_is_timed(client: gradtape.Client) -> None:
    session = client.open("moons")
    tape = session.record()
    times = session.times()
    assert len(times) == len(tape["structure"]["ops"])
    assert all(0 < seconds < 10 for seconds in times)


def test_a_layer_is_intervened_in_and_what_came_of_it_is_told(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.record()
    session.seek(0)
    state = session.intervene("tanh1", "scale_gradient", 0.0)
    assert [each["layer"] for each in state["interventions"]] == ["tanh1"]
    session.record()
    differing = session.difference()["tensors"]
    gradients = {each["of"] for each in differing if each["role"] == "gradient"}
    assert {"fc1", "fc1.weight", "fc1.bias"} <= gradients
    assert "fc2.weight" not in gradients
    assert all(each["norm_after"] == 0 for each in differing if each["role"] == "gradient")
    assert session.difference(0, 0)["tensors"] == []
    assert session.take_back()["interventions"] == []


def test_layers_are_read_with_every_norm_a_float(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.run(3, record_every=1)
    session.edit("fc3.bias", [0], float("nan"))
    session.record()
    (before, after) = session.layers([0, 3])
    assert (before["iteration"], after["iteration"]) == (0, 3)
    assert before["layers"][0]["output_gradient"]["norm"] > 0
    assert np.isnan(after["layers"][0]["output_gradient"]["norm"])
    assert len(session.layers()) == 4


def test_a_diagnosis_is_read_with_every_number_a_float(client: gradtape.Client) -> None:
    session = client.open("linear-regression")
    assert session.diagnosis() == []
    session.set(lr=2.0)
    session.run(100)
    steps, lost = session.diagnosis()
    assert (steps["kind"], steps["layer"]) == ("oscillation", "line")
    assert steps["evidence"]["update_ratio"] > 1
    assert lost["kind"] == "non_finite"
    assert not math.isfinite(lost["evidence"]["loss"])
    cured = client.open(steps["cure"]["spec"])
    cured.run(100)
    assert cured.diagnosis() == []


def test_a_number_is_edited_and_the_past_is_put_back(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.record()
    assert session.seek(0)["iteration"] == 0
    session.edit("fc1.weight", (0, 1), math.nan)
    session.record()
    assert math.isnan(session.values("fc1.weight")[0, 1])
    assert math.isnan(session.metrics()["loss"][0])
    assert session.reset()["iterations_recorded"] == []
    assert session.set(lr=0.5)["spec"]["optimizer"]["lr"] == 0.5


def test_the_function_and_its_answers_are_asked_for(client: gradtape.Client) -> None:
    session = client.open("moons")
    surface = session.surface(resolution=12)
    (plane,) = surface["planes"].values()
    assert plane.shape == (12, 12)
    assert 0 <= plane.min() < plane.max() <= 1
    wrong = session.predictions(only_wrong=True)
    assert len(wrong["sample"]) == wrong["wrong"] > 0


def test_a_landscape_comes_once_it_is_done(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.run(20, record_every=5)
    losses = session.landscape("path", steps=4)["losses"]
    assert losses.shape == (9, 9)
    session.run(1)
    assert losses[4, 4] == session.metrics()["loss"][20]
    with pytest.raises(RequestFailed, match="Did you mean") as refused:
        session.landscape("randon")
    assert refused.value.code == "unknown_kind"


def test_a_branch_goes_its_own_way(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.run(20, record_every=10)
    losses = session.metrics()["loss"]
    same, other = session.branch(10), client.branch(session.id, 10)
    other.set(lr=0.0)
    for branch in (same, other):
        assert branch.state()["iteration"] == 10
        branch.run(10)
    assert same.metrics()["loss"] == losses == session.metrics()["loss"]
    assert other.metrics()["loss"][:11] == losses[:11]
    assert len(set(other.metrics()["loss"][10:])) == 1  # a learning rate of 0 moves nothing


def test_a_session_is_exported(client: gradtape.Client, tmp_path: Path) -> None:
    session = client.open("moons")
    session.run(3, record_every=1)
    program = tmp_path / "moons.py"
    program.write_bytes(session.export("script"))
    printed = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    lines = [line.split() for line in printed.stdout.splitlines() if not line.startswith(" ")]
    assert [float(loss) for _, loss in lines] == session.metrics()["loss"]
    assert session.export("dot", iteration=1).startswith(b"// Drawn by torchviz.")
    replay = ReplayFile(session.export("html")).document
    assert [frame["loss"] for frame in replay["frames"]] == session.metrics()["loss"]
    with pytest.raises(RequestFailed, match="Did you mean 'csv'") as refused:
        session.export("cvs")
    assert (refused.value.code, refused.value.status) == ("unknown_export", 404)


def test_events_can_be_followed(client: gradtape.Client) -> None:
    session = client.open("moons")
    sequence = session.send({"kind": "record"})
    logged = next(session.events(after=sequence - 1))
    assert logged["sequence"] == sequence
    assert logged["event"] == {"kind": "accepted", "command": {"kind": "record"}}


def test_a_run_is_paused_from_elsewhere(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.send({"kind": "run", "iterations": 1_000_000})
    session.pause()
    for logged in session.events():
        if logged["event"]["kind"] == "state" and logged["event"]["phase"] == "ready":
            break
    assert session.state()["iteration"] < 1_000_000


def test_a_run_goes_on_with_a_learning_rate_that_is_set_at_once(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.send({"kind": "run", "iterations": 1_000_000})
    for logged in session.events():
        if logged["event"]["kind"] == "metrics":
            break
    session.set(lr=0.25, at_once=True)
    for logged in session.events():
        if logged["event"]["kind"] == "metrics":
            rates = logged["event"]["columns"]["learning_rate"]
            if rates[-1] == 0.25:
                break
    assert session.state()["phase"] == "running"
    session.pause()


def test_the_servers_error_keeps_its_code_and_path(client: gradtape.Client) -> None:
    spec = client.examples()[0]["spec"]
    spec["network"]["layers"][1]["kind"] = "relux"
    with pytest.raises(RequestFailed, match="relux") as refused:
        client.record(spec)
    failure = refused.value
    assert (failure.status, failure.path) == (422, "network.layers[1].kind")
    assert [problem["path"] for problem in failure.details["errors"]] == [failure.path]


def test_a_command_that_fails_is_an_error_of_the_call(client: gradtape.Client) -> None:
    session = client.open("moons")
    with pytest.raises(RequestFailed) as refused:
        session.set(lr=-1.0)
    assert (refused.value.path, refused.value.status) == ("optimizer.lr", None)
    with pytest.raises(RequestFailed) as unknown:
        session.seek(9)
    assert unknown.value.code == "unknown_iteration"


def test_a_deleted_session_is_unknown(client: gradtape.Client) -> None:
    session = client.open("moons")
    session.delete()
    with pytest.raises(RequestFailed) as refused:
        session.state()
    assert (refused.value.code, refused.value.status) == ("unknown_session", 404)
    with pytest.raises(RequestFailed):
        next(session.events())


def test_no_server_is_one_clear_error() -> None:
    url = f"http://127.0.0.1:{find_free_port()}"
    with gradtape.Client(url) as client, pytest.raises(RequestFailed, match=url) as refused:
        client.health()
    assert refused.value.code == "unreachable"


def test_another_kind_of_server_is_one_clear_error() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(502, text="<html>"))
    with gradtape.Client(transport=transport) as client, pytest.raises(RequestFailed) as refused:
        client.health()
    assert (refused.value.code, refused.value.status) == ("unreadable", 502)
