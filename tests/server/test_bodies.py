"""What bodies may say, and what is said of those that may not."""

import json

import pytest

from gradtape.sessions import messages
from tests.server.door import Door
from tests.server.scripted_host import ScriptedHost


def refuse(client: Door, path: str, body: object) -> dict[str, object]:
    answer = client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "code", "path", "words"),
    [
        ({"kind": "runn", "iterations": 3}, "unknown_kind", "kind", "Did you mean 'run'?"),
        ({"iterations": 3}, "missing", "kind", "record, run"),
        ({}, "missing", "kind", "kind"),
        ([], "invalid_value", None, "object"),
        ({"kind": "run"}, "missing", "iterations", "iterations"),
        ({"kind": "run", "iterations": 0}, "invalid_value", "iterations", "greater"),
        ({"kind": "run", "iterations": "5"}, "invalid_value", "iterations", "integer"),
        ({"kind": "run", "iterations": True}, "invalid_value", "iterations", "integer"),
        ({"kind": "run", "iterations": 10**9}, "invalid_value", "iterations", "1000000"),
        ({"kind": "run", "iteration": 3}, "unknown_field", "iteration", "iterations"),
        ({"kind": "pause", "now": True}, "unknown_field", "now", "Known: kind"),
        ({"kind": "set", "optimizer": {"lr": "fast"}}, "invalid_value", "optimizer.lr", "number"),
        ({"kind": "set", "optimizer": {}}, "invalid_value", "optimizer", "at least 1"),
        (
            {"kind": "edit", "tensor": "fc1.weight", "index": [0, "x"], "value": 1},
            "invalid_value",
            "index[1]",
            "integer",
        ),
        ({"kind": "seek", "iteration": -1}, "invalid_value", "iteration", "greater"),
    ],
)
def test_a_command_that_cannot_be_read_is_one_clear_error(
    client: Door,
    host: ScriptedHost,
    session_id: str,
    body: object,
    code: str,
    path: str | None,
    words: str,
) -> None:
    error = refuse(client, f"/api/v1/sessions/{session_id}/commands", body)
    assert (error["code"], error["path"]) == (code, path)
    assert words in str(error["message"])
    assert host.commands == []


def test_all_problems_of_a_command_are_listed(client: Door, session_id: str) -> None:
    body = {"kind": "run", "iteration": 3, "record_every": 0}
    error = refuse(client, f"/api/v1/sessions/{session_id}/commands", body)
    listed = error["errors"]
    assert isinstance(listed, list)
    assert [problem["path"] for problem in listed] == ["record_every", "iteration"]
    assert "Did you mean 'iterations'?" in listed[1]["message"]


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ({"kind": "record"}, messages.RecordCommand(kind="record")),
        (
            {"kind": "run", "iterations": 500, "record_every": 50},
            messages.RunCommand(kind="run", iterations=500, record_every=50),
        ),
        (
            {"kind": "edit", "tensor": "fc1.weight", "index": [0, 3], "value": "Infinity"},
            messages.EditCommand(
                kind="edit", tensor="fc1.weight", index=(0, 3), value=float("inf")
            ),
        ),
        (
            {"kind": "set", "optimizer": {"lr": 1}},
            messages.SetCommand(kind="set", optimizer={"lr": 1.0}),
        ),
    ],
)
def test_a_command_reaches_the_session_and_its_sequence_comes_back(
    client: Door,
    host: ScriptedHost,
    session_id: str,
    body: object,
    command: messages.Command,
) -> None:
    answer = client.post(f"/api/v1/sessions/{session_id}/commands", json=body)
    assert answer.status_code == 202
    assert answer.json() == {"sequence": 2}
    assert host.commands == [command]


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({}, "missing", "spec"),
        ([], "missing", None),
        ("moons", "missing", None),
        ({"example": "moon"}, "unknown_example", "example"),
        ({"example": ["moons"]}, "unknown_example", "example"),
        ({"example": "moons", "spec": {}}, "invalid_value", "spec"),
        ({"specification": {}}, "unknown_field", "specification"),
        ({"branch": "abc"}, "invalid_value", "branch"),
        ({"branch": {}}, "missing", "branch.session"),
        ({"branch": {"session": "abc", "iteration": -1}}, "invalid_value", "branch.iteration"),
        ({"branch": {"session": "abc", "iteration": "5"}}, "invalid_value", "branch.iteration"),
        ({"branch": {"session": "abc", "at": 5}}, "unknown_field", "branch.at"),
        ({"branch": {"session": "abc"}, "example": "moons"}, "invalid_value", "spec"),
        ({"program": {"source": "1"}}, "not_available", "program"),
        ({"lesson": "B1"}, "not_available", "lesson"),
    ],
)
def test_an_opening_that_cannot_be_read_is_one_clear_error(
    client: Door, host: ScriptedHost, body: object, code: str, path: str | None
) -> None:
    error = refuse(client, "/api/v1/sessions", body)
    assert (error["code"], error["path"]) == (code, path)
    assert host.sessions == {}


def test_a_misspelt_example_is_told_the_nearest(client: Door) -> None:
    assert "Did you mean 'moons'?" in str(
        refuse(client, "/api/v1/sessions", {"example": "moon"})["message"]
    )


def test_a_program_is_no_spec(client: Door) -> None:
    error = refuse(client, "/api/v1/record", {"program": {"source": "x = 1"}})
    assert (error["code"], error["path"]) == ("not_available", "program")


def test_paths_of_a_spec_are_the_same_for_both_doors(client: Door) -> None:
    spec = client.get("/api/v1/examples").json()[0]["spec"]
    spec["network"]["layers"][0]["kind"] = "linnear"
    at_record = refuse(client, "/api/v1/record", spec)
    at_sessions = refuse(client, "/api/v1/sessions", {"spec": spec})
    assert at_record == at_sessions
    assert str(at_record["path"]).startswith("network.layers[0]")


def test_a_missing_body_is_told(client: Door) -> None:
    error = client.post("/api/v1/record").json()["error"]
    assert (error["code"], error["message"]) == ("missing", "A JSON body is missing.")


def test_an_opened_session_has_an_id_that_cannot_be_guessed(
    client: Door, host: ScriptedHost
) -> None:
    answers = [client.post("/api/v1/sessions", json={"example": "moons"}) for _ in range(3)]
    ids = {answer.json()["id"] for answer in answers}
    assert len(ids) == 3
    assert all(len(bytes.fromhex(name)) == 16 for name in ids)
    assert answers[0].headers["Location"] == f"/api/v1/sessions/{answers[0].json()['id']}"
    assert set(host.sessions) == ids


def test_a_branch_is_a_session_with_an_id_of_its_own(client: Door, host: ScriptedHost) -> None:
    origin = client.post("/api/v1/sessions", json={"example": "moons"}).json()["id"]
    for iteration in (5, None):
        body = {"branch": {"session": origin, "iteration": iteration}}
        answer = client.post("/api/v1/sessions", json=body)
        assert answer.status_code == 201
        assert answer.json()["id"] != origin
    assert host.branches == [(origin, 5), (origin, None)]


def test_a_branch_of_an_unknown_session_is_not_found(client: Door) -> None:
    answer = client.post("/api/v1/sessions", json={"branch": {"session": "0" * 32}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_session")


def test_a_spec_is_handed_to_the_host_normalised(client: Door, host: ScriptedHost) -> None:
    spec = json.loads(client.get("/api/v1/examples").text)[0]["spec"]
    client.post("/api/v1/record?values=inline", json=spec)
    client.post("/api/v1/record", json=spec)
    assert [values for _, values in host.recorded] == ["inline", None]
    assert host.recorded[0][0].network.layers[0].inputs == ("input",)
