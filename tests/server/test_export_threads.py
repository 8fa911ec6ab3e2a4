"""Exports are made beside everything else, a few at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gradtape import limits
from gradtape.exports.gallery import EXPORTS
from gradtape.sessions.questions import Answer
from tests.server.door import Door

WAIT_SECONDS = 30.0


class SlowExport:
    """Finishes no file before it is let; notes how many are at it at once."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.begun = threading.Semaphore(0)
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def finish(self, _: Answer) -> bytes:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self.let.wait(WAIT_SECONDS)
        with self._lock:
            self.at_once -= 1
        return b"done"


def test_slow_exports_take_turns_and_hold_up_nothing_else(
    client: Door, session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowExport()
    monkeypatch.setitem(EXPORTS, "csv", replace(EXPORTS["csv"], finish=slow.finish))
    asked = limits.MAX_CONCURRENT_EXPORTS + 3
    path = f"/api/v1/sessions/{session_id}/exports/csv"
    with ThreadPoolExecutor(asked) as pool:
        answers = [pool.submit(client.get, path) for _ in range(asked)]
        for _ in range(limits.MAX_CONCURRENT_EXPORTS):
            assert slow.begun.acquire(timeout=WAIT_SECONDS)
        assert client.get("/api/v1/health").status_code == 200
        assert client.get(f"/api/v1/sessions/{session_id}").status_code == 200
        slow.let.set()
    assert [answer.result().content for answer in answers] == [b"done"] * asked
    assert slow.most_at_once == limits.MAX_CONCURRENT_EXPORTS
