"""What people and programs get wrong, sent to a real server: one clear error each, and no harm."""

import copy
import json
import math
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live_server import LiveServer
from tests.server.session_client import carry_out, open_session

SPEC: dict[str, Any] = {
    "data": {"kind": "inline", "x": [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "y": [0, 1, 1]},
    "network": {
        "layers": [
            {"kind": "linear", "out_features": 4},
            {"kind": "relu"},
            {"kind": "linear", "out_features": 2},
        ]
    },
    "loss": {"kind": "cross_entropy"},
    "optimizer": {"kind": "sgd", "lr": 0.1},
}
IMAGES: dict[str, Any] = {
    "data": {"kind": "digits", "layout": "images"},
    "network": {"layers": [{"kind": "conv2d", "out_channels": 4, "kernel_size": 9}]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The spec above with one thing wrong."""
    spec = copy.deepcopy(SPEC)
    target: Any = spec
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    for step in steps:
        target = target[step]
    target[last] = value
    return spec


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[httpx.Client]:
    """A client; afterwards the server must be the one that it was, and well."""
    before = live_server.process.pid
    with live_server.client(timeout_seconds=60) as client:
        yield client
        assert client.get("/health").status_code == 200
        assert client.post("/record", json=SPEC).status_code == 200
    assert live_server.process.pid == before
    assert live_server.process.poll() is None
    assert "Traceback" not in live_server.log


def the_error(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    error = answer.json()["error"]
    assert set(error) >= {"code", "path", "message"}
    assert "Traceback" not in answer.text
    return error


BAD_SPECS = {
    "unknown layer": (
        changed("network.layers.1.kind", "relux"),
        "network.layers[1].kind",
        ["relux", "relu"],
    ),
    "impossible shape": (
        changed("network.layers.2", {"kind": "linear", "out_features": 2, "in_features": 576}),
        "network.layers[2]",
        ["576", "4"],
    ),
    "kernel larger than the image": (
        {**SPEC, **IMAGES},
        "network.layers[0]",
        ["9", "8"],
    ),
    "learning rate of fast": (changed("optimizer.lr", "fast"), "optimizer.lr", ["fast", "number"]),
    "a thousand million units": (
        changed("network.layers.0.out_features", 10**9),
        "network.layers[0]",
        ["000,000"],
    ),
    "NaN in inline data": (changed("data.x.1.0", math.nan), "data.x[1][0]", ["NaN"]),
    "NaN by name in inline data": (changed("data.x.1.0", "NaN"), "data.x[1][0]", ["NaN"]),
    "infinity in inline data": (changed("data.x.0.1", math.inf), "data.x[0][1]", ["nfinity"]),
    "labels out of range": (changed("data.y.2", 7), "data.y[2]", ["7"]),
    "a label that is no whole number": (changed("data.y.0", 0.5), "data.y[0]", ["0.5"]),
    "ragged rows": (changed("data.x.1", [1.0]), "data.x[1]", ["2"]),
    "unknown field": (changed("optimizer.learning_rate", 1), "optimizer.learning_rate", ["lr"]),
    "missing field": ({"data": SPEC["data"]}, "network", ["network"]),
    "no object": (["linear"], None, ["object"]),
    "a name of another type": (
        changed("network.layers.0.name", 3),
        "network.layers[0].name",
        ["3"],
    ),
    "absent device": (changed("device", "mps"), "device", ["mps"]),
}


@pytest.mark.parametrize("name", list(BAD_SPECS))
def test_a_bad_spec_is_one_clear_error_with_its_path(client: httpx.Client, name: str) -> None:
    spec, path, words = BAD_SPECS[name]
    # Python's JSON text may carry NaN bare, as programs send it.
    headers = {"Content-Type": "application/json"}
    error = the_error(client.post("/record", content=json.dumps(spec), headers=headers), 422)
    if path is None:
        assert not error["path"]
    else:
        assert str(error["path"]).startswith(path)
    for word in words:
        assert word in error["message"]


def test_several_mistakes_are_all_told(client: httpx.Client) -> None:
    spec = changed("network.layers.1.kind", "relux")
    spec["optimizer"]["lr"] = "fast"
    spec["seed"] = -1
    error = the_error(client.post("/record", json=spec), 422)
    paths = {problem["path"] for problem in error["errors"]}
    assert paths >= {"network.layers[1].kind", "optimizer.lr", "seed"}


def test_a_bad_spec_opens_no_session(client: httpx.Client) -> None:
    before = client.get("/health").json()["sessions_live"]
    the_error(client.post("/sessions", json={"spec": changed("optimizer.lr", "fast")}), 422)
    assert client.get("/health").json()["sessions_live"] == before


def test_a_body_of_50_megabytes_is_refused(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    error = the_error(client.post("/record", content=b" " * 50_000_000, headers=headers), 413)
    assert (error["code"], error["limit"]) == ("limit_exceeded", "MAX_BODY_BYTES")
    assert error["asked"] == 50_000_000


def test_a_body_of_50_megabytes_in_pieces_is_refused(client: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * 1_000_000

    headers = {"Content-Type": "application/json"}
    error = the_error(client.post("/record", content=pieces(), headers=headers), 413)
    assert error["limit"] == "MAX_BODY_BYTES"


@pytest.mark.parametrize("text", ["[" * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000])
def test_json_of_ten_thousand_levels_is_refused(client: httpx.Client, text: str) -> None:
    headers = {"Content-Type": "application/json"}
    error = the_error(client.post("/record", content=text, headers=headers), 422)
    assert (error["code"], error["limit"]) == ("limit_exceeded", "MAX_JSON_DEPTH")
    assert error["asked"] >= 10_000


@pytest.mark.parametrize("text", ["{", "nul", "", '{"a" 1}', "\x00"])
def test_what_is_not_json_is_refused(client: httpx.Client, text: str) -> None:
    headers = {"Content-Type": "application/json"}
    error = the_error(client.post("/sessions", content=text, headers=headers), 422)
    assert error["code"] in ("malformed_json", "missing")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/commands"),
        ("GET", "/events"),
        ("GET", "/tape"),
        ("GET", "/tape/blob"),
        ("GET", "/tape/times"),
        ("GET", "/tensors/input/values"),
        ("GET", "/difference"),
        ("GET", "/metrics"),
        ("GET", "/layers"),
        ("GET", "/diagnosis"),
        ("GET", "/figures/loss"),
        ("GET", "/surface"),
        ("GET", "/predictions"),
        ("GET", "/landscapes/0"),
        ("DELETE", "/landscapes/0"),
        ("GET", "/exports/script"),
    ],
)
@pytest.mark.parametrize("session_id", ["0" * 32, "x", "..%2f..%2fetc", "%00", "é'\"; --"])
def test_an_unknown_session_is_told(
    client: httpx.Client, method: str, path: str, session_id: str
) -> None:
    body = {"json": {"kind": "record"}} if method == "POST" else {}
    answer = client.request(method, f"/sessions/{session_id}{path}", **body)
    error = the_error(answer, 404)
    assert error["code"] in ("unknown_session", "not_found")


@pytest.mark.parametrize("path", ["/health", "/record", "/sessions", "/examples"])
def test_a_wrong_method_is_told(client: httpx.Client, path: str) -> None:
    error = the_error(client.patch(path, json={}), 405)
    assert error["code"] == "method_not_allowed"


@pytest.fixture(scope="module")
def session_path(live_server: LiveServer) -> str:
    """A session with iteration 0 recorded."""
    with live_server.client() as client:
        path = open_session(client, {"spec": SPEC})
        carry_out(client, path, kind="record")
    return path


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tape?iteration=77", 404, "unknown_iteration"),
        ("/tape?iteration=-1", 422, "invalid_value"),
        ("/tape?iteration=1e400", 422, "invalid_value"),
        ("/tape?values=all", 422, "invalid_value"),
        ("/tensors/nothing/values", 404, "unknown_tensor"),
        ("/tensors/99999999999999999999/values", 404, "unknown_tensor"),
        ("/tensors/-1/values", 404, "unknown_tensor"),
        ("/tensors/²/values", 404, "unknown_tensor"),
        ("/tensors/input/values?slice=0:1:0", 422, "invalid_slice"),
        ("/tensors/input/values?slice=0,0,0,0", 422, "invalid_slice"),
        ("/tensors/input/values?slice=99", 422, "invalid_slice"),
        ("/tensors/input/values?slice=a", 422, "invalid_slice"),
        ("/tensors/input/values?slice=²", 422, "invalid_slice"),
        ("/difference", 404, "unknown_iteration"),
        ("/difference?from=0&to=77", 404, "unknown_iteration"),
        ("/difference?from=everything", 422, "invalid_value"),
        ("/difference?from=-1", 422, "invalid_value"),
        ("/figures/nothing", 404, "unknown_figure"),
        ("/surface?resolution=201", 422, "invalid_value"),
        ("/predictions?limit=0", 422, "invalid_value"),
        ("/landscapes/nothing", 404, "unknown_landscape"),
        ("/exports/exe", 404, "unknown_export"),
        ("/exports/dot?iteration=77", 404, "unknown_iteration"),
        ("/exports/safetensors?iteration=-1", 422, "invalid_value"),
        ("/metrics?since=x", 422, "invalid_value"),
        ("/layers?iterations=77", 404, "unknown_iteration"),
        ("/layers?iterations=-1", 422, "invalid_value"),
        ("/layers?iterations=x", 422, "invalid_value"),
        ("/layers?" + "&".join(["iterations=0"] * 61), 422, "invalid_value"),
        ("/events?after=-1", 422, "invalid_value"),
    ],
)
def test_a_question_that_has_no_answer_is_told(
    client: httpx.Client, session_path: str, path: str, status: int, code: str
) -> None:
    assert the_error(client.get(session_path + path), status)["code"] == code


@pytest.mark.parametrize(
    ("request_", "code", "path"),
    [
        ({}, "missing", "kind"),
        ({"kind": "pca"}, "unknown_kind", "kind"),
        ({"kind": "random", "step": 3}, "unknown_field", "step"),
        ({"kind": "random", "steps": 51}, "invalid_value", "steps"),
        ({"kind": "random", "radius": 0}, "invalid_value", "radius"),
        ({"kind": "numbers", "x": {"tensor": "a", "index": [0]}}, "missing", "y"),
        ({"kind": "path"}, "command_refused", None),
        (
            {
                "kind": "numbers",
                "x": {"tensor": "a", "index": [0]},
                "y": {"tensor": "b", "index": [0]},
            },
            "unknown_tensor",
            None,
        ),
    ],
)
def test_a_landscape_that_cannot_be_is_told(
    client: httpx.Client, session_path: str, request_: object, code: str, path: str | None
) -> None:
    answer = client.post(f"{session_path}/landscapes", json=request_)
    error = answer.json()["error"]
    assert (error["code"], error["path"]) == (code, path)
    assert answer.status_code in (404, 409, 422)


@pytest.mark.parametrize(
    ("command", "code", "path"),
    [
        ({"kind": "seek", "iteration": 10**30}, "unknown_iteration", None),
        ({"kind": "set", "optimizer": {"lr": -1}}, "out_of_range", "optimizer.lr"),
        ({"kind": "set", "optimizer": {"momentun": 0.5}}, "unknown_field", "optimizer.momentun"),
        (
            {"kind": "edit", "tensor": "linear.weight", "index": [10**30, 0], "value": 1},
            "invalid_slice",
            None,
        ),
        ({"kind": "intervene", "layer": "no", "what": "freeze"}, "unknown_layer", "layer"),
        ({"kind": "take_back", "layer": "no"}, "unknown_layer", "layer"),
        ({"kind": "edit", "tensor": "none", "index": [0], "value": 1}, "unknown_tensor", None),
        ({"kind": "edit", "tensor": "target", "index": [0], "value": 9}, "out_of_range", "value"),
        (
            {"kind": "edit", "tensor": "target", "index": [0], "value": "NaN"},
            "out_of_range",
            "value",
        ),
    ],
)
def test_a_command_that_cannot_be_carried_out_is_told_as_an_event(
    client: httpx.Client, session_path: str, command: object, code: str, path: str | None
) -> None:
    events = carry_out(client, session_path, **command)
    (failed,) = [event["error"] for event in events if event["kind"] == "failed"]
    assert (failed["code"], failed["path"]) == (code, path)
    assert client.get(session_path).json()["iteration"] == 1
