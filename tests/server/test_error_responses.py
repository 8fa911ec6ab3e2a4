"""Every failure leaves in one shape with the right status."""

import inspect
import json
import logging

import pytest

from gradtape import errors
from gradtape.server.error_responses import STATUSES, shape_response, status_of
from tests.server.door import Door
from tests.server.scripted_host import ScriptedHost

ERROR_CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.GradtapeError)
]
# Raised by the command line, the client and the library, never inside a request.
NOT_IN_REQUESTS = {
    errors.AddressUnavailable,
    errors.InvalidRecording,
    errors.InvalidTapeFile,
    errors.RequestFailed,
}


@pytest.mark.parametrize("kind", ERROR_CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_class_has_a_status_of_its_own_or_never_meets_a_request(kind: type) -> None:
    assert (kind in STATUSES) != (kind in NOT_IN_REQUESTS)


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (errors.UnknownSession("There is no such session."), 404),
        (errors.UnknownIteration("Iteration 7 was not recorded."), 404),
        (errors.CommandRefused("The id is taken."), 409),
        (errors.SessionUnavailable("The process ended."), 503),
        (errors.Busy("Too many."), 429),
        (errors.InvalidValue("lr must be a number.", path="optimizer.lr"), 422),
        (errors.UnsupportedTorch("torch 1.0"), 501),
    ],
)
def test_an_error_of_the_host_is_answered_with_its_status(
    client: Door, host: ScriptedHost, failure: errors.GradtapeError, status: int
) -> None:
    host.failure = failure
    answer = client.get("/api/v1/sessions/abc")
    assert answer.status_code == status
    assert answer.json() == {"error": failure.to_dict()}


@pytest.mark.parametrize("failure", [errors.Busy("Too many."), errors.SessionUnavailable("Gone.")])
def test_what_may_succeed_later_says_when(
    client: Door, host: ScriptedHost, failure: errors.GradtapeError
) -> None:
    host.failure = failure
    assert client.get("/api/v1/health").headers["Retry-After"] == "1"


def test_a_subclass_has_the_status_of_its_nearest_ancestor() -> None:
    class Special(errors.UnknownTensor):
        pass

    assert status_of(Special("no")) == 404


def test_a_bug_is_told_without_a_trace_and_logged_with_one(
    client: Door, host: ScriptedHost, caplog: pytest.LogCaptureFixture
) -> None:
    host.failure = ZeroDivisionError("secret detail")
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/v1/health")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret detail" in caplog.text


def test_an_unknown_address_is_told(client: Door) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert "/api/v1/nothing" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/sessions", "POST"),
        ("GET", "/api/v1/record", "POST"),
        ("POST", "/api/v1/health", "GET"),
        ("PATCH", "/api/v1/sessions/abc", "DELETE, GET"),
    ],
)
def test_a_wrong_method_is_told_with_the_right_ones(
    client: Door, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    error = answer.json()["error"]
    assert error["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == allowed
    assert allowed in error["message"]


def test_a_query_that_cannot_be_read_names_its_parameter(client: Door, session_id: str) -> None:
    answer = client.get(f"/api/v1/sessions/{session_id}/metrics?since=soon")
    assert answer.status_code == 422
    assert answer.json()["error"]["path"] == "query.since"
    assert answer.json()["error"]["code"] == "invalid_value"


def test_numbers_that_json_lacks_and_half_characters_survive() -> None:
    problem = {"asked": float("inf"), "message": "half \ud800 pair", "least": float("nan")}
    body = shape_response(422, problem).body
    assert json.loads(bytes(body)) == {
        "error": {"asked": "Infinity", "message": "half \ud800 pair", "least": "NaN"}
    }
