"""A session as a script uses it over HTTP: open, command, wait."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx

WAIT_SECONDS = 120.0

State = dict[str, Any]


def open_session(client: httpx.Client, body: dict[str, Any]) -> str:
    """Open a session; answers its path."""
    answer = client.post("/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return f"/sessions/{answer.json()['id']}"


def send(client: httpx.Client, path: str, **command: Any) -> int:
    """Send a command; answers the number of the event that tells of it."""
    answer = client.post(f"{path}/commands", json=command)
    assert answer.status_code == 202, answer.text
    return answer.json()["sequence"]


def carry_out(client: httpx.Client, path: str, **command: Any) -> list[dict[str, Any]]:
    """Send a command and return the events up to the state after it."""
    sequence = send(client, path, **command)
    events: list[dict[str, Any]] = []
    with client.stream("GET", f"{path}/events", params={"after": sequence}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: "))["event"])
                if events[-1]["kind"] == "state" and events[-1]["phase"] == "ready":
                    return events
    raise AssertionError("the stream ended before the command was carried out")


def wait_for(client: httpx.Client, path: str, holds: Callable[[State], bool]) -> None:
    """Look at the session's state again until something holds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if holds(client.get(path).json()):
            return
        time.sleep(0.05)
    raise AssertionError("the session did not come so far")
