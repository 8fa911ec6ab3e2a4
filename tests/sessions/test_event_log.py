"""The event log: numbers, replay, merging, trimming."""

import asyncio

import pytest

from gradtape.sessions.event_log import MAX_MERGED_ROWS, EventLog, merge_metrics
from gradtape.sessions.messages import (
    LoggedEvent,
    MetricsEvent,
    ProgressEvent,
    RecordedEvent,
    ResyncEvent,
)
from gradtape.tape.metrics import Metrics


def metrics(*iterations: int) -> MetricsEvent:
    """Metrics whose loss is the iteration number."""
    numbers = [float(number) for number in iterations]
    return MetricsEvent(
        columns=Metrics(
            iteration=list(iterations),
            loss=numbers,
            learning_rate=[0.1] * len(numbers),
            gradient_norm={"w": [-number for number in numbers]},
        )
    )


def recorded(iteration: int) -> RecordedEvent:
    return RecordedEvent(iteration=iteration, structure_hash="h")


def iterations_of(logged: LoggedEvent) -> list[int]:
    assert isinstance(logged.event, MetricsEvent)
    return logged.event.columns.iteration


def test_events_are_numbered_from_where_the_last_log_ended() -> None:
    log = EventLog(last=41)
    assert log.append(recorded(0)).sequence == 42
    assert [logged.sequence for logged in log.after(41)] == [42]


def test_a_reader_gets_only_what_it_has_not_seen() -> None:
    log = EventLog()
    for iteration in range(5):
        log.append(recorded(iteration))
    assert [logged.sequence for logged in log.after(3)] == [4, 5]
    assert log.after(5) == []


def test_neighbouring_metrics_come_as_one_event_with_the_last_number() -> None:
    log = EventLog()
    log.append(metrics(0, 1))
    log.append(metrics(2))
    log.append(recorded(3))
    log.append(metrics(3))
    first, second, third = log.after(0)
    assert (first.sequence, iterations_of(first)) == (2, [0, 1, 2])
    assert isinstance(first.event, MetricsEvent)
    assert first.event.columns == Metrics(
        iteration=[0, 1, 2],
        loss=[0.0, 1.0, 2.0],
        learning_rate=[0.1] * 3,
        gradient_norm={"w": [0.0, -1.0, -2.0]},
    )
    assert second.event == recorded(3)
    assert iterations_of(third) == [3]


def test_a_reader_in_the_middle_of_merged_metrics_gets_those_after_it() -> None:
    log = EventLog()
    for iteration in range(4):
        log.append(metrics(iteration))
    (logged,) = log.after(2)
    assert iterations_of(logged) == [2, 3]


def test_merged_metrics_are_thinned_but_keep_the_newest_row() -> None:
    rows = 3 * MAX_MERGED_ROWS
    merged = merge_metrics([metrics(*range(rows)).columns, metrics(rows).columns])
    assert len(merged.iteration) <= MAX_MERGED_ROWS
    assert merged.iteration[-1] == rows
    assert merged.loss == [float(number) for number in merged.iteration]
    assert merged.gradient_norm["w"] == [-number for number in merged.loss]


def test_metrics_give_way_before_any_other_event_is_dropped() -> None:
    log = EventLog(max_events=12)
    for iteration in range(100):
        log.append(metrics(iteration))
        if iteration % 20 == 0:
            log.append(recorded(iteration))
    events = log.after(0)
    assert [e.event.iteration for e in events if isinstance(e.event, RecordedEvent)] == [
        0, 20, 40, 60, 80,
    ]  # fmt: skip
    told = [number for e in events if e.event.kind == "metrics" for number in iterations_of(e)]
    assert told == list(range(100))


def test_the_numbers_kept_in_metrics_are_bounded() -> None:
    log = EventLog(max_values=5_000)
    for iteration in range(0, 100_000, 100):
        log.append(metrics(*range(iteration, iteration + 100)))
    (logged,) = log.after(0)
    assert len(iterations_of(logged)) * 5 <= 5_000
    assert iterations_of(logged)[-1] == 99_999


def test_a_reader_whose_events_were_dropped_is_told_to_fetch_everything_anew() -> None:
    log = EventLog(max_events=10)
    for iteration in range(30):
        log.append(recorded(iteration))
    assert log.after(3) == [LoggedEvent(sequence=30, event=ResyncEvent())]
    assert [e.event for e in log.after(28)] == [recorded(28), recorded(29)]
    assert log.after(30) == []


def test_a_reader_of_an_earlier_log_is_told_to_fetch_everything_anew() -> None:
    log = EventLog(last=100)
    log.append(recorded(0))
    assert [e.event.kind for e in log.after(50)] == ["resync"]
    assert [e.event.kind for e in log.after(100)] == ["recorded"]


def test_a_reader_ahead_of_the_log_is_told_to_fetch_everything_anew() -> None:
    log = EventLog(last=100)
    assert log.after(101) == [LoggedEvent(sequence=100, event=ResyncEvent())]


@pytest.mark.anyio
async def test_waiting_ends_with_the_next_event_or_with_the_log() -> None:
    log = EventLog(last=7)
    async with asyncio.timeout(10):
        waiting = asyncio.create_task(log.wait(7))
        await asyncio.sleep(0)
        assert not waiting.done()
        log.append(recorded(0))
        await waiting
        closing = asyncio.create_task(log.wait(8))
        await asyncio.sleep(0)
        log.close()
        await closing


def test_of_progress_that_piled_up_the_latest_is_kept_for_each_job() -> None:
    log = EventLog(max_events=8)
    for done in range(40):
        for job in ("a", "b"):
            log.append(ProgressEvent(job=job, phase="running", done=done, of=40))
    log.append(recorded(0))
    told = [logged.event for logged in log.after(0)]
    assert ResyncEvent() not in told
    assert [event.done for event in told if isinstance(event, ProgressEvent)][-2:] == [39, 39]
    assert told[-1] == recorded(0)
