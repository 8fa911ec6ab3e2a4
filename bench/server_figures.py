"""What the server takes: to start, to record a spec, to open a session, to record a step."""

import itertools
import os
import signal
import statistics
import time
from pathlib import Path
from typing import Any

import httpx

from bench.event_reader import EventReader, is_ready
from bench.specs import TWO_LAYER
from bench.timing import median_milliseconds
from tests.live_server import LiveServer

CROWD = 50  # sessions that train at once
CROWD_SECONDS = 15.0
QUESTIONS_PER_SECOND = 20


def measure_server(server: LiveServer) -> list[dict[str, Any]]:
    """Each figure as `name`, `value`, `unit`, `aim`."""
    with server.client() as client:
        return [
            figure("start to first answer", server.seconds_to_first_answer * 1_000, aim=4_000),
            figure("POST /record of two-layer", record_milliseconds(client), aim=200),
            figure("new session of the default example", session_milliseconds(client), aim=150),
            figure("one recorded step of 2-8-8-1", step_milliseconds(server, client), aim=10),
            figure("private memory of an idle session", idle_megabytes(server, client), 20, "MB"),
            figure(
                "killed while training, until it goes on",
                recovery_milliseconds(server, client),
                3_000,
            ),
            figure(f"p95 of GET state while {CROWD} sessions train", crowd_p95(client), aim=250),
        ]


def figure(name: str, value: float, aim: float, unit: str = "ms") -> dict[str, Any]:
    """One row of the table."""
    return {"name": name, "value": value, "unit": unit, "aim": aim}


def record_milliseconds(client: httpx.Client) -> float:
    """`POST /record`, its numbers inline, as the client sees it."""
    return median_milliseconds(
        lambda: client.post(
            "/record", params={"values": "inline"}, json=TWO_LAYER
        ).raise_for_status()
    )


def session_milliseconds(client: httpx.Client) -> float:
    """`POST /sessions` until the answer; the session is deleted again, outside the time."""
    opened: list[str] = []
    figure = median_milliseconds(lambda: opened.append(open_session(client)))
    for session_id in opened:
        client.delete(f"/sessions/{session_id}").raise_for_status()
    return figure


def step_milliseconds(server: LiveServer, client: httpx.Client) -> float:
    """From the command `record` to its `recorded` event at the reader."""
    session_id = open_session(client)
    with EventReader(server.origin, session_id) as events:

        def step() -> None:
            accepted = send(client, session_id, kind="record")
            events.wait_for(lambda event: event["kind"] == "recorded", after=accepted)

        figure = median_milliseconds(step)
    client.delete(f"/sessions/{session_id}").raise_for_status()
    return figure


def idle_megabytes(server: LiveServer, client: httpx.Client) -> float:
    """Private memory of the session's process after a hundred iterations."""
    before = set(server.process_ids())
    session_id = open_session(client)
    (pid,) = set(server.process_ids()) - before
    with EventReader(server.origin, session_id) as events:
        accepted = send(client, session_id, kind="run", iterations=100)
        events.wait_for(is_ready, after=accepted)
    megabytes = private_bytes(pid) / 2**20
    client.delete(f"/sessions/{session_id}").raise_for_status()
    return megabytes


def recovery_milliseconds(server: LiveServer, client: httpx.Client) -> float:
    """From `kill -9` of a session's process in the middle of training to its next metrics."""
    return statistics.median(one_recovery(server, client) for _ in range(5))


def one_recovery(server: LiveServer, client: httpx.Client) -> float:
    """Milliseconds of one kill."""
    before = set(server.process_ids())
    session_id = open_session(client)
    (pid,) = set(server.process_ids()) - before
    with EventReader(server.origin, session_id) as events:
        accepted = send(client, session_id, kind="run", iterations=1_000_000)
        events.wait_for(lambda event: event["kind"] == "metrics", after=accepted)
        time.sleep(1.0)
        killed = time.perf_counter()
        os.kill(pid, signal.SIGKILL)
        restored = events.wait_for(lambda event: event["kind"] == "restored", after=accepted)
        events.wait_for(lambda event: event["kind"] == "metrics", after=restored["sequence"])
        milliseconds = (time.perf_counter() - killed) * 1_000
    client.delete(f"/sessions/{session_id}").raise_for_status()
    return milliseconds


def crowd_p95(client: httpx.Client) -> float:
    """95th percentile of `GET /sessions/{id}` over a crowd that trains."""
    crowd = [open_session(client) for _ in range(CROWD)]
    for session_id in crowd:
        send(client, session_id, kind="run", iterations=1_000_000)
    taken = []
    deadline = time.perf_counter() + CROWD_SECONDS
    for session_id in itertools.cycle(crowd):
        if time.perf_counter() > deadline:
            break
        started = time.perf_counter()
        client.get(f"/sessions/{session_id}").raise_for_status()
        taken.append((time.perf_counter() - started) * 1_000)
        time.sleep(1 / QUESTIONS_PER_SECOND)
    for session_id in crowd:
        client.delete(f"/sessions/{session_id}").raise_for_status()
    return sorted(taken)[int(len(taken) * 0.95)]


def open_session(client: httpx.Client) -> str:
    """A new session of the default example; its id."""
    answer = client.post("/sessions", json={"example": "moons"})
    return answer.raise_for_status().json()["id"]


def send(client: httpx.Client, session_id: str, **command: Any) -> int:
    """Give a session a command; the sequence number of its acceptance."""
    answer = client.post(f"/sessions/{session_id}/commands", json=command)
    return answer.raise_for_status().json()["sequence"]


def private_bytes(pid: int) -> int:
    """Memory that only this process holds, in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
