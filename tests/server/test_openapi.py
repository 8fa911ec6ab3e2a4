"""The API's description is true: its examples run, and it leaves nothing out."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from gradtape import limits
from gradtape.server.body_documents import EXAMPLE_ID
from gradtape.server.limits_table import build_limits_table
from gradtape.server.page import build_page_routes
from gradtape.server.route_table import list_routes
from tests.live_server import LiveServer
from tests.server.session_client import carry_out, open_session

# Who may use a route, decided by a person for each. A route that is not here fails a test.
#   public   tells nothing of any session and changes nothing
#   work     costs computing and leaves nothing behind
#   create   makes a session
#   session  needs the session's unguessable id
ACCESS = {
    ("GET", "/openapi.json"): "public",
    ("GET", "/docs"): "public",
    ("GET", "/docs/style.css"): "public",
    ("GET", "/api/v1/health"): "public",
    ("GET", "/api/v1/limits"): "public",
    ("GET", "/api/v1/catalog"): "public",
    ("GET", "/api/v1/examples"): "public",
    ("GET", "/api/v1/figures"): "public",
    ("POST", "/api/v1/record"): "work",
    ("POST", "/api/v1/sessions"): "create",
    ("GET", "/api/v1/sessions/{session_id}"): "session",
    ("DELETE", "/api/v1/sessions/{session_id}"): "session",
    ("POST", "/api/v1/sessions/{session_id}/commands"): "session",
    ("GET", "/api/v1/sessions/{session_id}/events"): "session",
    ("GET", "/api/v1/sessions/{session_id}/tape"): "session",
    ("GET", "/api/v1/sessions/{session_id}/tape/blob"): "session",
    ("GET", "/api/v1/sessions/{session_id}/tape/times"): "session",
    ("GET", "/api/v1/sessions/{session_id}/tensors/{tensor}/values"): "session",
    ("GET", "/api/v1/sessions/{session_id}/difference"): "session",
    ("GET", "/api/v1/sessions/{session_id}/metrics"): "session",
    ("GET", "/api/v1/sessions/{session_id}/layers"): "session",
    ("GET", "/api/v1/sessions/{session_id}/diagnosis"): "session",
    ("GET", "/api/v1/sessions/{session_id}/figures/{name}"): "session",
    ("GET", "/api/v1/sessions/{session_id}/surface"): "session",
    ("GET", "/api/v1/sessions/{session_id}/predictions"): "session",
    ("POST", "/api/v1/sessions/{session_id}/landscapes"): "session",
    ("GET", "/api/v1/sessions/{session_id}/landscapes/{landscape_id}"): "session",
    ("DELETE", "/api/v1/sessions/{session_id}/landscapes/{landscape_id}"): "session",
    ("GET", "/api/v1/sessions/{session_id}/exports/{kind}"): "session",
}
NAMES_IN_THE_PAGE = (
    *("ExperimentSpec", "LinearLayer", "Conv2dLayer", "MoonsData", "SgdOptimizer", "Catalog"),
    *("CrossEntropyLoss", "Example", "SessionState", "SessionEvent", "LoggedEvent", "Command"),
    *("Metrics", "Structure", "Frame", "Tape", "Difference", "ErrorResponse", "Problem"),
)
PAGE_ROUTES = "page"  # static files; listed one by one because the build names them


def classify(app: FastAPI) -> dict[tuple[str, str], str | None]:
    page = {route.path for route in build_page_routes() if isinstance(route, Route)}
    classes: dict[tuple[str, str], str | None] = {}
    for entry in list_routes(app):
        for method in entry.methods - {"HEAD"} or {"any"}:
            is_page = method == "GET" and entry.path in page
            known = ACCESS.get((method, entry.path))
            classes[method, entry.path] = known or (PAGE_ROUTES if is_page else None)
    return classes


def test_every_route_has_been_classified(app: FastAPI) -> None:
    classes = classify(app)
    assert [route for route, access in classes.items() if access is None] == []
    assert set(ACCESS) <= set(classes)


def test_a_route_that_nobody_classified_is_found(app: FastAPI) -> None:
    app.add_api_route("/api/v1/secrets", lambda: None, methods=["GET", "POST"])
    missing = {route for route, access in classify(app).items() if access is None}
    assert missing == {("GET", "/api/v1/secrets"), ("POST", "/api/v1/secrets")}


def test_routes_of_a_session_need_its_id() -> None:
    for (_, path), access in ACCESS.items():
        assert (access == "session") == ("{session_id}" in path)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_operation_is_described(app: FastAPI) -> None:
    for method, path, operation in operations(app.openapi()):
        place = f"{method} {path}"
        assert operation["summary"], place
        assert operation["description"], place
        error = operation["responses"]["4XX"]["content"]["application/json"]["schema"]
        assert error == {"$ref": "#/components/schemas/ErrorResponse"}, place
        for status, answer in operation["responses"].items():
            assert answer["description"], place
            if status == "204":
                continue
            for media in answer["content"].values():
                assert media.get("schema") or media.get("itemSchema"), place


def test_every_body_has_examples(app: FastAPI) -> None:
    for method, path, operation in operations(app.openapi()):
        if method == "post":
            content = operation["requestBody"]["content"]["application/json"]
            assert content["examples"], path


def test_every_reference_leads_somewhere(app: FastAPI) -> None:
    document = app.openapi()
    unvisited: list[Any] = [document]
    while unvisited:
        part = unvisited.pop()
        if isinstance(part, dict):
            if isinstance(target := part.get("$ref"), str):
                assert target.rpartition("/")[2] in document["components"]["schemas"]
            unvisited.extend(part.values())
        elif isinstance(part, list):
            unvisited.extend(part)


def test_the_page_finds_its_types(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    for name in NAMES_IN_THE_PAGE:
        assert name in schemas
    # A frame's blob travels beside the JSON, and ranges carry their names in JSON Schema.
    assert "blob" not in schemas["Frame"]["properties"]
    assert schemas["LinearLayer"]["properties"]["out_features"]["minimum"] == 1


def test_the_document_is_printed_for_the_types_of_the_page(app: FastAPI) -> None:
    command = [sys.executable, "-m", "gradtape.server.openapi"]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    assert httpx.Response(200, content=printed).json() == app.openapi()


@pytest.fixture(scope="module")
def session_path(live_server: LiveServer) -> str:
    """A session whose latest iteration is recorded."""
    with live_server.client() as client:
        path = open_session(client, {"example": "moons"})
        carry_out(client, path, kind="record")
    return path


def test_the_examples_of_bodies_do_what_they_say(
    app: FastAPI, live_server: LiveServer, session_path: str
) -> None:
    told = 0
    with live_server.client() as client:
        for method, path, operation in operations(app.openapi()):
            content = operation.get("requestBody", {}).get("content", {})
            expected = {int(status) for status in operation["responses"] if status.isdecimal()}
            examples = content.get("application/json", {}).get("examples", {})
            for name, example in examples.items():
                place = path.removeprefix("/api/v1").replace("/sessions/{session_id}", session_path)
                session_id = session_path.removeprefix("/sessions/")
                value = json.loads(json.dumps(example["value"]).replace(EXAMPLE_ID, session_id))
                answer = client.request(method, place, json=value)
                assert answer.status_code in expected, f"{name}: {answer.text}"
                told += 1
        carry_out(client, session_path, kind="pause")  # behind all of them
        assert_nothing_failed(client, session_path)
    assert told >= 11


def assert_nothing_failed(client: httpx.Client, path: str) -> None:
    """Each example command was carried out, not only taken."""
    last = client.get(path).json()["sequence"]
    failed: list[str] = []
    with client.stream("GET", f"{path}/events", params={"after": 0}) as stream:
        lines = stream.iter_lines()
        for line in lines:
            if line.startswith("event: failed"):
                failed.append(next(lines))
            if line == f"id: {last}":
                break
    assert failed == []


def test_the_examples_of_parameters_are_answered(
    app: FastAPI, live_server: LiveServer, session_path: str
) -> None:
    with live_server.client() as client:
        carry_out(client, session_path, kind="record")
        for method, path, operation in operations(app.openapi()):
            # A stream never ends, and a landscape's id is known once there is one.
            if method != "get" or path.endswith(("/events", "/{landscape_id}")):
                continue
            place = path.removeprefix("/api/v1").replace("/sessions/{session_id}", session_path)
            query: dict[str, Any] = {}
            for parameter in operation.get("parameters", ()):
                examples = parameter["schema"].get("examples", ())
                if parameter["in"] == "path" and examples:
                    place = place.replace(f"{{{parameter['name']}}}", examples[0])
                elif parameter["in"] == "query" and examples:
                    query[parameter["name"]] = examples[0]
            answer = client.get(place, params=query)
            assert answer.status_code == 200, f"{place}: {answer.text}"


def test_every_limit_is_told_with_its_reason() -> None:
    caps = {name: getattr(limits, name) for name in dir(limits) if name.isupper()}
    table = build_limits_table()
    assert {name: limit.value for name, limit in table.items()} == caps
    assert all(len(limit.description) > 10 for limit in table.values())
