"""Follows a session's event stream as the page does."""

import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx


class EventReader:
    """Reads one session's events in a thread; a context manager.

    Args:
        origin: of the server, `http://127.0.0.1:8000`.
        session_id: whose events.
    """

    def __init__(self, origin: str, session_id: str) -> None:
        self._url = f"{origin}/api/v1/sessions/{session_id}/events"
        self._changed = threading.Condition()
        self._events: list[dict[str, Any]] = []
        self._client = httpx.Client(timeout=httpx.Timeout(10, read=60))
        self._opened = threading.Event()
        self._closing = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._opened.wait(timeout=10):
            raise TimeoutError(f"no event stream at {self._url}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing = True
        self._client.close()

    def wait_for(
        self,
        wanted: Callable[[dict[str, Any]], bool],
        after: int = 0,
        timeout_seconds: float = 60.0,
    ) -> dict[str, Any]:
        """The first event beyond sequence number `after` that is wanted.

        Returns:
            The logged event: `sequence` and `event`.
        """
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while True:
                if self._failure is not None:
                    raise self._failure
                for logged in self._events:
                    if logged["sequence"] > after and wanted(logged["event"]):
                        return logged
                if not self._changed.wait(timeout=max(0.0, deadline - time.monotonic())):
                    raise TimeoutError(f"not among {len(self._events)} events of {self._url}")

    def _read(self) -> None:
        try:
            with self._client.stream("GET", self._url) as response:
                self._opened.set()
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        self._take(json.loads(line.removeprefix("data:")))
        except Exception as error:  # noqa: BLE001  (it is raised again in the thread that waits)
            if not self._closing:
                with self._changed:
                    self._failure = error
                    self._changed.notify_all()

    def _take(self, logged: dict[str, Any]) -> None:
        with self._changed:
            self._events.append(logged)
            self._changed.notify_all()


def is_ready(event: dict[str, Any]) -> bool:
    """Whether an event says that the session has nothing left to do."""
    return event["kind"] == "state" and event["phase"] == "ready"
