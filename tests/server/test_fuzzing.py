"""The API against requests made from its own description, sensible and not: never a 5xx."""

import json
import random
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from gradtape.server.app import create_app
from gradtape.server.settings import Settings
from gradtape.spec import Example, examples
from tests.live_server import LiveServer
from tests.server.session_client import carry_out, open_session
from tests.server.test_bad_input import SPEC

EXAMPLES = 20  # per operation and kind of generation; about half a minute in all
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]

# These keep an unguessable id: one would end the session, the other never ends by itself.
WITHOUT_A_SESSION = {
    ("DELETE", "/api/v1/sessions/{session_id}"),
    ("GET", "/api/v1/sessions/{session_id}/events"),
}

SCHEMA = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
OPERATIONS = {
    operation.label: operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
}


@pytest.fixture(scope="module")
def session_id(live_server: LiveServer) -> str:
    """A session with iteration 0 recorded."""
    with live_server.client() as client:
        path = open_session(client, {"spec": SPEC})
        carry_out(client, path, kind="record")
    return path.removeprefix("/sessions/")


def has_input(label: str) -> bool:
    """Whether there is anything that a request could get wrong."""
    operation: Any = OPERATIONS[label]
    return bool(operation.body) or any(True for _ in operation.iter_parameters())


PLACES = [(label, GenerationMode.POSITIVE) for label in OPERATIONS] + [
    (label, GenerationMode.NEGATIVE) for label in OPERATIONS if has_input(label)
]


@pytest.mark.parametrize(("label", "mode"), PLACES)
def test_no_request_is_answered_by_a_failure(
    live_server: LiveServer, session_id: str, label: str, mode: GenerationMode
) -> None:
    operation: Any = OPERATIONS[label]

    @hypothesis.settings(
        max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        place = (case.method.upper(), case.path)
        if "{session_id}" in case.path and place not in WITHOUT_A_SESSION:
            case.path_parameters["session_id"] = session_id
        response = case.call(base_url=live_server.origin, timeout=60)
        case.validate_response(response, checks=CHECKS)

    ask()
    assert live_server.process.poll() is None


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["linear", "fc1", "input", "NaN", "auto", 10**9, -1, 0, 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def places_in(value: Any) -> list[tuple[int | str, ...]]:
    """The path of every part of a JSON value."""
    found: list[tuple[int | str, ...]] = []
    unvisited: list[tuple[tuple[int | str, ...], Any]] = [((), value)]
    while unvisited:
        path, part = unvisited.pop()
        found.append(path)
        keys = part if isinstance(part, dict) else range(len(part)) if type(part) is list else ()
        unvisited += [((*path, key), part[key]) for key in keys]
    return [path for path in found if path]


@hypothesis.settings(max_examples=150, database=None)
@given(
    example=st.sampled_from(list(examples().values())),
    chooser=st.randoms(use_true_random=False),
    value=JSON_VALUES,
)
def test_anything_anywhere_in_a_spec_is_recorded_or_refused(
    live_server: LiveServer, example: Example, chooser: random.Random, value: Any
) -> None:
    spec = example.spec.model_dump(mode="json")
    *steps, last = chooser.choice(places_in(spec))
    target: Any = spec
    for step in steps:
        target = target[step]
    target[last] = value
    headers = {"Content-Type": "application/json"}
    with live_server.client() as client:
        answer = client.post("/record", content=json.dumps(spec), headers=headers)
        path = "/record?until=mistake&values=blob"
        part = client.post(path, content=json.dumps(spec), headers=headers)
    assert answer.status_code in (200, 422), answer.text
    assert part.status_code in (200, answer.status_code), part.text
    if answer.status_code == 422:
        assert answer.json()["error"]["message"]
