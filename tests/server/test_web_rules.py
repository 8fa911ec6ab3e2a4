"""Who may ask, from where, with how much; and the headers on every answer."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from gradtape import limits
from gradtape.server.middleware.security_headers import SECURITY_HEADERS
from tests.server.door import ORIGIN, Door
from tests.server.scripted_host import ScriptedHost


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_loopback_names_are_answered(client: Door, name: str) -> None:
    assert client.get("/api/v1/limits", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["evil.example", "127.0.0.1.evil.example:8000", "localhost.evil", "", "[::1", "10.0.0.1"],
)
def test_other_host_names_are_refused(client: Door, name: str) -> None:
    answer = client.get("/api/v1/limits", headers={"Host": name})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "request_refused"
    assert answer.json()["error"]["reason"] == "host"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": ORIGIN},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_our_page_and_programs_may_change_things(client: Door, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/sessions", json={"example": "moons"}, headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_other_pages_may_not(
    client: Door, host: ScriptedHost, headers: dict[str, str], method: str
) -> None:
    answer = client.request(method, "/api/v1/sessions", json={"example": "moons"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["reason"] == "origin"
    assert host.sessions == {}


def test_no_other_origin_is_invited(client: Door) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/api/v1/sessions", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/api/v1/health", "/api/v1/nothing", "/nothing"]
)
def test_every_answer_carries_the_security_headers(client: Door, path: str) -> None:
    answer = client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value


def test_a_failure_carries_them_too(client: Door, host: ScriptedHost) -> None:
    host.failure = ZeroDivisionError("a bug")
    answer = client.get("/api/v1/health")
    assert answer.status_code == 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_lets_nothing_in_but_our_own() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert set(rules.values()) <= {"'self'", "'none'"}


def test_a_declared_long_body_is_refused_before_it_is_read(client: Door) -> None:
    body = b" " * (limits.MAX_BODY_BYTES + 1)
    answer = client.post("/api/v1/record", content=body)
    assert answer.status_code == 413
    assert answer.json()["error"]["limit"] == "MAX_BODY_BYTES"
    assert answer.json()["error"]["asked"] == len(body)


def test_a_long_body_without_a_length_is_refused_while_it_streams(client: Door) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(limits.MAX_BODY_BYTES // 2**20 + 2):
            yield b" " * 2**20

    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/v1/record", content=stream(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "limit_exceeded"


def test_the_limit_holds_where_no_route_is(client: Door) -> None:
    answer = client.post("/nothing", content=b" " * (limits.MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "limit_exceeded"


@pytest.mark.parametrize("declared", [None, "text/plain", "application/x-www-form-urlencoded", "é"])
def test_a_body_that_is_not_declared_as_json_is_refused(client: Door, declared: str | None) -> None:
    headers = {"Content-Type": declared.encode("latin-1")} if declared else {}
    answer = client.post("/api/v1/sessions", content=b'{"example": "moons"}', headers=headers)
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "unsupported_media_type"


@pytest.mark.parametrize("declared", ["application/json; charset=utf-8", "application/ld+json"])
def test_json_by_any_of_its_names_is_taken(client: Door, declared: str) -> None:
    headers = {"Content-Type": declared}
    answer = client.post("/api/v1/sessions", content=b'{"example": "moons"}', headers=headers)
    assert answer.status_code == 201


def test_long_json_is_compressed_where_the_client_wants_it(client: Door) -> None:
    assert client.get("/api/v1/catalog").headers["Content-Encoding"] == "gzip"
    plain = client.get("/api/v1/catalog", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


def test_the_app_starts_and_stops_its_host(app: FastAPI, host: ScriptedHost) -> None:
    with Door(app):
        assert host.calls == ["start"]
    assert host.calls == ["start", "stop"]
