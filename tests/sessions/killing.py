"""Killing sessions' processes in tests, and finding what was told of it."""

import os
import signal

from gradtape.sessions.local_host import LocalHost
from gradtape.sessions.messages import LoggedEvent, RestoredEvent


def kill(host: LocalHost, session_id: str, which: signal.Signals = signal.SIGKILL) -> int:
    process_id = host.process_id(session_id)
    assert process_id is not None
    os.kill(process_id, which)
    return process_id


def restored(events: list[LoggedEvent]) -> list[RestoredEvent]:
    return [e.event for e in events if isinstance(e.event, RestoredEvent)]
