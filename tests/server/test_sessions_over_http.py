"""The main job as a script does it: open, record, train, go back, read every number."""

import math
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from gradtape.server.body_documents import TWO_LAYER_SPEC
from tests.exports.replay_files import ReplayFile
from tests.live_server import LiveServer
from tests.server.session_client import carry_out, open_session


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[httpx.Client]:
    with live_server.client(timeout_seconds=60) as client:
        yield client


def tensor_named(tape: dict[str, Any], name: str) -> dict[str, Any]:
    (tensor,) = [part for part in tape["structure"]["tensors"] if part["name"] == name]
    return tensor


def test_the_two_layer_spec_learns_in_500_iterations(client: httpx.Client) -> None:
    path = open_session(client, {"spec": TWO_LAYER_SPEC})
    carry_out(client, path, kind="run", iterations=500, record_every=100)
    state = client.get(path).json()
    assert state["iteration"] == 500
    assert state["iterations_recorded"] == [0, 100, 200, 300, 400, 499]
    metrics = client.get(f"{path}/metrics").json()
    assert metrics["iteration"] == list(range(500))
    assert metrics["loss"][0] > 1e6
    assert metrics["loss"][-1] < 1e-2


def test_inline_numbers_the_blob_and_the_values_are_the_same(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="record")
    tape = client.get(f"{path}/tape", params={"values": "inline"}).json()
    blob = np.frombuffer(client.get(f"{path}/tape/blob").content, "<f4")
    compared = 0
    for tensor in tape["structure"]["tensors"]:
        if tensor["slot"] is None or tensor["dtype"] != "float32":
            continue
        slot = tape["structure"]["slots"][tensor["slot"]]
        inline = np.array(tensor["values"], np.float32)
        if slot["full"]:
            stored = blob[slot["offset"] : slot["offset"] + slot["count"]]
            np.testing.assert_array_equal(stored.reshape(tensor["shape"]), inline)
        exact = client.get(f"{path}/tensors/{tensor['id']}/values").json()
        np.testing.assert_array_equal(np.array(exact["values"], np.float32), inline)
        compared += 1
    assert compared > 20


def test_values_come_as_bytes_in_the_tensors_own_precision(client: httpx.Client) -> None:
    example = next(part for part in client.get("/examples").json() if part["key"] == "moons")
    path = open_session(client, {"spec": {**example["spec"], "dtype": "float64"}})
    carry_out(client, path, kind="record")
    place = f"{path}/tensors/fc1.weight/values"
    headers = {"Accept": "application/octet-stream"}
    answer = client.get(place, params={"slice": "0:3,:"}, headers=headers)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Gradtape-Dtype"] == "float64"
    assert answer.headers["X-Gradtape-Shape"] == "3,2"
    as_json = client.get(place, params={"slice": "0:3,:"}).json()
    assert as_json["shape"] == [3, 2]
    np.testing.assert_array_equal(
        np.frombuffer(answer.content, "<f8").reshape(3, 2), np.array(as_json["values"])
    )


def test_a_known_structure_is_not_sent_again(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="run", iterations=2, record_every=1)
    first = client.get(f"{path}/tape", params={"iteration": 0}).json()
    known = {"iteration": 1, "known_structure": first["structure"]["hash"]}
    second = client.get(f"{path}/tape", params=known).json()
    assert second["structure"] is None
    assert second["frame"]["structure_hash"] == first["structure"]["hash"]
    assert second["frame"]["loss"] != first["frame"]["loss"]


def test_recording_without_a_session_gives_the_first_iteration_of_one(
    client: httpx.Client,
) -> None:
    spec = client.get("/examples").json()[0]["spec"]
    tape = client.post("/record", params={"values": "inline"}, json=spec).json()
    path = open_session(client, {"spec": spec})
    carry_out(client, path, kind="record")
    session_tape = client.get(f"{path}/tape", params={"values": "inline"}).json()
    assert tape == session_tape
    weight = tensor_named(tape, "fc1.weight")
    gradient = tape["structure"]["tensors"][weight["gradient"]]
    assert (gradient["role"], gradient["of"]) == ("gradient", weight["id"])


def test_one_answer_can_hold_a_whole_tape(client: httpx.Client) -> None:
    spec = client.get("/examples").json()[0]["spec"]
    alone = client.post("/record", params={"values": "blob"}, json=spec).json()
    path = open_session(client, {"spec": spec})
    carry_out(client, path, kind="record")
    blob = client.get(f"{path}/tape/blob").content
    assert b64decode(alone["blob"]) == blob
    assert client.get(f"{path}/tape", params={"values": "blob"}).json() == alone
    assert {**client.get(f"{path}/tape").json(), "blob": alone["blob"]} == alone


def with_a_mistake(spec: dict[str, Any]) -> dict[str, Any]:
    """Its last linear layer expects 77 features, which never arrive."""
    layers = spec["network"]["layers"]
    last = max(index for index, layer in enumerate(layers) if layer["kind"] == "linear")
    wrong = [*layers[:last], {**layers[last], "in_features": 77}, *layers[last + 1 :]]
    return {**spec, "network": {"layers": wrong}}


def test_a_wrong_spec_is_recorded_until_its_mistake(client: httpx.Client) -> None:
    right = client.get("/examples").json()[0]["spec"]
    wrong = with_a_mistake(right)
    assert client.post("/record", json=wrong).status_code == 422
    parameters = {"until": "mistake", "values": "inline"}
    tape = client.post("/record", params=parameters, json=wrong).raise_for_status().json()
    whole = client.post("/record", params=parameters, json=right).raise_for_status().json()
    assert whole == client.post("/record", params={"values": "inline"}, json=right).json()
    assert tape["frame"]["loss"] is None
    run = {call["path"] for call in tape["structure"]["calls"] if call["path"]}
    assert run == {"fc1", "tanh1", "fc2", "tanh2"}
    for name in ("input", "fc1.weight", "tanh2"):
        assert tensor_named(tape, name)["values"] == tensor_named(whole, name)["values"]


@pytest.mark.parametrize("values", ["inline", "blob"])
def test_a_spec_of_which_nothing_can_be_run_is_refused_as_always(
    client: httpx.Client, values: str
) -> None:
    spec = client.get("/examples").json()[0]["spec"]
    spec["network"]["layers"][0]["out_features"] = -3
    usual = client.post("/record", json=spec)
    until = client.post("/record", params={"until": "mistake", "values": values}, json=spec)
    assert (until.status_code, until.json()) == (422, usual.json())


def test_an_edit_is_seen_and_a_seek_takes_it_back(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="record")
    before = client.get(f"{path}/tape").json()["frame"]["loss"]
    carry_out(client, path, kind="seek", iteration=0)
    carry_out(client, path, kind="edit", tensor="fc1.weight", index=[0, 1], value=5.5)
    carry_out(client, path, kind="record")
    edited = client.get(f"{path}/tape", params={"values": "inline"}).json()
    assert tensor_named(edited, "fc1.weight")["values"][0][1] == 5.5
    assert edited["frame"]["loss"] != before


def test_a_loss_that_is_not_finite_is_data_everywhere(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="record")
    carry_out(client, path, kind="edit", tensor="fc1.weight", index=[0, 0], value="NaN")
    carry_out(client, path, kind="record")
    assert client.get(f"{path}/tape").json()["frame"]["loss"] == "NaN"
    assert client.get(f"{path}/metrics").json()["loss"][1] == "NaN"
    values = client.get(f"{path}/tensors/fc1.weight/values").json()["values"]
    assert values[0][0] == "NaN"
    traces = client.get(f"{path}/figures/loss").json()["data"]
    assert [trace["name"] for trace in traces] == ["training", "not finite"]
    assert traces[1]["text"] == ["training: NaN"]


def test_metrics_can_be_asked_for_from_an_iteration_on(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="run", iterations=5)
    columns = client.get(f"{path}/metrics", params={"since": 3}).json()
    assert columns["iteration"] == [3, 4]
    assert len(columns["gradient_norm"]["fc1.weight"]) == 2
    assert all(math.isfinite(norm) for norm in columns["gradient_norm"]["fc1.weight"])


def test_figures_are_drawn_from_the_metrics(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    carry_out(client, path, kind="run", iterations=5)
    losses = client.get(f"{path}/metrics").json()["loss"]
    figure = client.get(f"{path}/figures/loss").json()
    assert figure["data"][0]["y"] == losses
    names = [part["name"] for part in client.get(f"{path}/figures/gradient_flow").json()["data"]]
    assert "fc1.weight" in names


def test_the_layouts_of_all_figures_are_told_without_a_session(client: httpx.Client) -> None:
    layouts = client.get("/figures").json()
    path = open_session(client, {"example": "moons"})
    for name, layout in layouts.items():
        assert client.get(f"{path}/figures/{name}").json()["layout"] == layout


def test_a_session_is_a_file_that_no_page_of_ours_opens(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    assert client.get(f"{path}/exports/html").status_code == 404  # nothing is recorded yet
    carry_out(client, path, kind="record")
    carry_out(client, path, kind="record")
    answer = client.get(f"{path}/exports/html")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="moons.html"'
    frames = ReplayFile(answer.content).document["frames"]
    losses = client.get(f"{path}/metrics").json()["loss"]
    assert [frame["loss"] for frame in frames] == losses


def test_the_events_of_a_run_come_in_order_and_tell_every_iteration(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    events = carry_out(client, path, kind="run", iterations=40, record_every=20)
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "state"
    assert [event["iteration"] for event in events if event["kind"] == "recorded"] == [0, 20, 39]
    told = [
        iteration
        for event in events
        if event["kind"] == "metrics"
        for iteration in event["columns"]["iteration"]
    ]
    assert told == list(range(40))


def test_a_deleted_session_is_gone(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_layers_are_told_by_recorded_iteration(client: httpx.Client) -> None:
    path = open_session(client, {"example": "moons"})
    assert client.get(f"{path}/layers").json() == {"iterations": []}
    carry_out(client, path, kind="run", iterations=21, record_every=5)
    every = client.get(f"{path}/layers").json()["iterations"]
    assert [each["iteration"] for each in every] == [0, 5, 10, 15, 20]
    names = [layer["name"] for layer in every[0]["layers"]]
    assert names == ["fc1", "tanh1", "fc2", "tanh2", "fc3"]
    some = client.get(f"{path}/layers", params={"iterations": [20, 5]}).json()["iterations"]
    assert some == [every[1], every[4]]
    norms = client.get(f"{path}/metrics").json()["gradient_norm"]
    both = math.hypot(norms["fc1.weight"][5], norms["fc1.bias"][5])
    assert every[1]["layers"][0]["parameter_gradient"]["norm"] == pytest.approx(both, rel=1e-6)


def test_a_diagnosis_names_kind_and_layer_and_an_empty_list_means_healthy(
    client: httpx.Client,
) -> None:
    healthy, ill = (open_session(client, {"example": key}) for key in ("moons", "vanishing"))
    for path in (healthy, ill):
        carry_out(client, path, kind="run", iterations=5)
    assert client.get(f"{healthy}/diagnosis").json() == []
    (found,) = client.get(f"{ill}/diagnosis").json()
    assert (found["kind"], found["layer"]) == ("vanishing_gradient", "fc1")
    assert found["evidence"]["layers"] == 20
    cured = open_session(client, {"spec": found["cure"]["spec"]})
    carry_out(client, cured, kind="run", iterations=5)
    assert client.get(f"{cured}/diagnosis").json() == []
