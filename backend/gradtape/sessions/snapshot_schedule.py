"""When a session's process takes its next snapshot."""

COST_FACTOR = 20  # a snapshot may take this share of the time: one part in twenty


class SnapshotSchedule:
    """Bounds what can be lost and what snapshots may cost.

    Times are seconds of one monotonic clock.

    Args:
        interval_seconds: between two snapshots while training.
        now: the current time.
    """

    def __init__(self, interval_seconds: float, *, now: float) -> None:
        self._interval = interval_seconds
        self._started = now
        self._finished = now
        self._cost = 0.0
        self._changed = False
        self._under_way = False

    def note_change(self) -> None:
        """The session is no longer as the last snapshot has it."""
        self._changed = True

    def begin(self, now: float) -> None:
        """A snapshot is being taken."""
        self._started = now
        self._changed = False
        self._under_way = True

    def finish(self, now: float) -> None:
        """The snapshot has been stored, or could not be."""
        self._under_way = False
        self._cost = now - self._started
        self._finished = now

    def seconds_until_due(self, now: float, *, training: bool) -> float | None:
        """How long to wait for the next snapshot; None: until something happens first."""
        if not self._changed or self._under_way:
            return None
        pause = COST_FACTOR * self._cost
        if training:
            pause = max(pause, self._interval)
        return max(0.0, self._finished + pause - now)
