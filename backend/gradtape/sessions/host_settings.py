"""What a session host may use and how patient it is."""

from dataclasses import dataclass
from pathlib import Path

from gradtape import limits


@dataclass(frozen=True)
class HostSettings:
    """Caps and times, in seconds; limits.py says why they are what they are.

    Args:
        images: the operator's folder of image sets.
    """

    max_sessions: int = limits.MAX_SESSIONS
    max_stored_sessions: int = limits.MAX_STORED_SESSIONS
    max_queued_commands: int = limits.MAX_QUEUED_COMMANDS
    max_logged_events: int = limits.MAX_LOGGED_EVENTS
    max_event_readers: int = limits.MAX_EVENT_READERS
    max_concurrent_recordings: int = limits.MAX_CONCURRENT_RECORDINGS
    idle_seconds: float = limits.IDLE_SECONDS_BEFORE_EVICTION
    request_timeout_seconds: float = limits.REQUEST_TIMEOUT_SECONDS
    snapshot_interval_seconds: float = limits.SNAPSHOT_INTERVAL_SECONDS
    images: Path | None = None
