"""Server-sent events over a real socket: resuming, heartbeats, and clean ends on either side."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from gradtape.errors import Busy, SessionUnavailable
from gradtape.server.event_stream import EventReader, format_event
from gradtape.sessions.messages import (
    AcceptedEvent,
    LoggedEvent,
    PauseCommand,
    RecordedEvent,
    ResyncEvent,
)
from tests.server.running import RunningServer, run_app
from tests.server.scripted_host import ScriptedHost


def recorded(sequence: int) -> LoggedEvent:
    event = RecordedEvent(iteration=sequence, structure_hash="abc")
    return LoggedEvent(sequence=sequence, event=event)


@pytest.fixture
def server(app: FastAPI, host: ScriptedHost) -> Iterator[RunningServer]:
    host.logged = [recorded(sequence) for sequence in range(1, 6)]
    with run_app(app) as server:
        yield server


@pytest.fixture
def address(server: RunningServer) -> str:
    opened = httpx.post(f"{server.url}/api/v1/sessions", json={"example": "moons"})
    return f"{server.url}/api/v1/sessions/{opened.json()['id']}/events"


def read_events(text: str) -> list[dict[str, str]]:
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_an_event_has_its_sequence_its_kind_and_its_data(address: str) -> None:
    answer = httpx.get(address)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    first = read_events(answer.text)[0]
    assert (first["id"], first["event"]) == ("1", "recorded")
    assert LoggedEvent.model_validate_json(first["data"]) == recorded(1)
    assert json.loads(first["data"])["event"]["kind"] == "recorded"


@pytest.mark.parametrize(
    ("query", "headers", "ids"),
    [
        ("", {}, ["1", "2", "3", "4", "5"]),
        ("?after=3", {}, ["4", "5"]),
        ("", {"Last-Event-ID": "4"}, ["5"]),
        ("?after=1", {"Last-Event-ID": "4"}, ["5"]),
    ],
)
def test_a_reader_that_comes_back_gets_what_it_missed(
    address: str, query: str, headers: dict[str, str], ids: list[str]
) -> None:
    answer = httpx.get(address + query, headers=headers)
    assert [event["id"] for event in read_events(answer.text)] == ids


def test_the_stream_opens_before_anything_happens(address: str, host: ScriptedHost) -> None:
    host.logged, host.more = [], asyncio.Event()
    with httpx.stream("GET", address, timeout=5) as answer:
        assert next(answer.iter_text()).startswith(":")


def test_a_stream_is_never_compressed(address: str) -> None:
    answer = httpx.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("failure", "status"), [(Busy("Too many readers."), 429), (SessionUnavailable("Gone."), 503)]
)
def test_a_refused_reader_gets_an_error_and_no_stream(
    address: str, host: ScriptedHost, failure: Exception, status: int
) -> None:
    host.failure = failure
    answer = httpx.get(address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"


def test_an_unknown_session_has_no_events(server: RunningServer) -> None:
    answer = httpx.get(f"{server.url}/api/v1/sessions/{'0' * 32}/events")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_session"


def test_the_host_is_told_when_a_client_goes(address: str, host: ScriptedHost) -> None:
    host.more = asyncio.Event()
    with httpx.stream("GET", address) as answer:
        parts = answer.iter_text()  # dropped, it would close the connection
        next(parts)
        assert host.readers == 1
    deadline = time.monotonic() + 10
    while host.readers and time.monotonic() < deadline:
        time.sleep(0.02)
    assert host.readers == 0


def test_a_server_that_stops_ends_its_streams_first(
    server: RunningServer, address: str, host: ScriptedHost
) -> None:
    host.more = asyncio.Event()
    with httpx.stream("GET", address, timeout=20) as answer:
        parts = answer.iter_text()
        next(parts)
        server.stop()
        # The stream ends as a whole: one that uvicorn cuts off is a protocol error here.
        assert "recorded" in "".join(parts)
    assert host.readers == 0
    assert host.calls == ["start", "stop"]


@pytest.mark.anyio
async def test_silence_is_filled_with_comments_and_nothing_is_lost() -> None:
    gate = asyncio.Event()

    async def events() -> AsyncIterator[LoggedEvent]:
        await gate.wait()
        yield recorded(1)
        yield LoggedEvent(sequence=2, event=ResyncEvent())

    reader = EventReader(events(), asyncio.Event(), heartbeat_seconds=0.01)
    stream = reader.read()
    comments = [await anext(stream) for _ in range(4)]
    assert all(part.startswith(b":") for part in comments)
    gate.set()
    rest = [part async for part in stream if not part.startswith(b":")]
    assert [part.split(b"\n")[0] for part in rest] == [b"event: recorded", b"event: resync"]


@pytest.mark.anyio
async def test_a_session_that_goes_ends_the_stream() -> None:
    async def events() -> AsyncIterator[LoggedEvent]:
        yield recorded(1)
        raise SessionUnavailable("Gone.")

    reader = EventReader(events(), asyncio.Event())
    assert len([part async for part in reader.read()]) == 2
    await reader.close()


def test_every_kind_of_event_survives_the_wire() -> None:
    logged = LoggedEvent(sequence=9, event=AcceptedEvent(command=PauseCommand(kind="pause")))
    (event,) = read_events(format_event(logged).decode())
    assert LoggedEvent.model_validate_json(event["data"]) == logged
