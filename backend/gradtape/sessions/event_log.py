"""A session's events as everyone who follows it gets them: numbered, kept for a while, merged."""

import asyncio
from bisect import bisect_right
from itertools import groupby

from gradtape import limits
from gradtape.sessions.messages import (
    LoggedEvent,
    MetricsEvent,
    ProgressEvent,
    ResyncEvent,
    SessionEvent,
)
from gradtape.tape.metrics import Metrics

MAX_MERGED_ROWS = 10_000  # iterations in one merged event; more than a screen has columns


class EventLog:
    """Numbers events and keeps the latest.

    Metrics that nobody may have read yet are merged before anything is dropped, and merged ones
    are thinned, so that a slow reader loses resolution of old curves but never another event.

    Args:
        last: sequence of the last event before this log began.
        max_events: kept at most.
        max_values: numbers in all kept metrics, at most.
    """

    def __init__(
        self,
        *,
        last: int = 0,
        max_events: int = limits.MAX_LOGGED_EVENTS,
        max_values: int = limits.MAX_LOGGED_METRIC_VALUES,
    ) -> None:
        self.last = last
        self.is_closed = False
        self._floor = last
        self._max_events = max_events
        self._max_values = max_values
        self._events: list[LoggedEvent] = []
        self._values = 0
        self._changed = asyncio.Event()

    def append(self, event: SessionEvent) -> LoggedEvent:
        """Number an event and wake all readers."""
        self.last += 1
        logged = LoggedEvent(sequence=self.last, event=event)
        self._events.append(logged)
        self._values += _count_values(logged)
        if len(self._events) > self._max_events or self._values > self._max_values:
            self._compact()
        self._wake()
        return logged

    def after(self, sequence: int) -> list[LoggedEvent]:
        """What a reader who has seen everything up to `sequence` has to be told.

        Neighbouring metrics come as one event with the number of the last. If something in between
        is no longer kept, a single `resync` that stands for all of it.
        """
        if not self._floor <= sequence <= self.last:
            return [LoggedEvent(sequence=max(1, self.last), event=ResyncEvent())]
        first = bisect_right(self._events, sequence, key=lambda logged: logged.sequence)
        return _merge(self._events[first:])

    def close(self) -> None:
        """No event will follow."""
        self.is_closed = True
        self._wake()

    async def wait(self, sequence: int) -> None:
        """Wait until there is something after `sequence`, or the log is closed."""
        while self.last == sequence and not self.is_closed:
            await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _compact(self) -> None:
        # The older half first: whoever follows live has read that.
        middle = len(self._events) // 2
        older = _merge(_without_outdated(self._events[:middle]))
        if self._values > self._max_values:
            older = [_thin(event) for event in older]
        self._events = older + self._events[middle:]
        if len(self._events) > self._max_events:
            self._events = _merge(self._events)
        if len(self._events) > self._max_events:
            dropped = len(self._events) - self._max_events // 2
            self._floor = self._events[dropped - 1].sequence
            del self._events[:dropped]
        self._values = sum(_count_values(event) for event in self._events)


def merge_metrics(parts: list[Metrics]) -> Metrics:
    """The same columns, one after the other; of more rows than MAX_MERGED_ROWS every n-th."""
    whole = Metrics.joined(parts)
    step = -(-len(whole.iteration) // MAX_MERGED_ROWS)
    return whole if step <= 1 else _take_every(whole, step)


def _take_every(metrics: Metrics, step: int) -> Metrics:
    # Counted from the end: the newest row always stays.
    return metrics.pick(
        lambda iterations: range((len(iterations) - 1) % step, len(iterations), step)
    )


def _merge(events: list[LoggedEvent]) -> list[LoggedEvent]:
    merged: list[LoggedEvent] = []
    for is_metrics, group in groupby(events, lambda logged: logged.event.kind == "metrics"):
        run = list(group)
        if not is_metrics or len(run) == 1:
            merged.extend(run)
            continue
        parts = [logged.event.columns for logged in run if isinstance(logged.event, MetricsEvent)]
        event = MetricsEvent.model_construct(columns=merge_metrics(parts))
        merged.append(LoggedEvent.model_construct(sequence=run[-1].sequence, event=event))
    return merged


def _without_outdated(events: list[LoggedEvent]) -> list[LoggedEvent]:
    """Of the progress of each job only the latest."""
    seen: set[str] = set()
    kept: list[LoggedEvent] = []
    for logged in reversed(events):
        event = logged.event
        if isinstance(event, ProgressEvent):
            if event.job in seen:
                continue
            seen.add(event.job)
        kept.append(logged)
    return kept[::-1]


def _thin(logged: LoggedEvent) -> LoggedEvent:
    event = logged.event
    if not isinstance(event, MetricsEvent) or len(event.columns.iteration) <= 1:
        return logged
    thinned = MetricsEvent.model_construct(columns=_take_every(event.columns, 2))
    return LoggedEvent.model_construct(sequence=logged.sequence, event=thinned)


def _count_values(logged: LoggedEvent) -> int:
    event = logged.event
    if not isinstance(event, MetricsEvent):
        return 0
    return event.columns.value_count
