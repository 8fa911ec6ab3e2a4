"""Following a session's events in tests."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing

from gradtape.engine.experiment import Experiment
from gradtape.sessions.host import SessionHost
from gradtape.sessions.messages import (
    LoggedEvent,
    MetricsEvent,
    RunCommand,
    SessionEvent,
    SessionPhase,
    StateEvent,
)
from gradtape.sessions.questions import MetricsQuestion
from gradtape.spec import ExperimentSpec
from gradtape.tape.metrics import Metrics

PATIENCE_SECONDS = 120.0  # a test that waits longer hangs


def run_command(iterations: int, record_every: int | None = None) -> RunCommand:
    return RunCommand(kind="run", iterations=iterations, record_every=record_every)


def is_ready_at(iteration: int) -> Callable[[SessionEvent], bool]:
    def matches(event: SessionEvent) -> bool:
        return (
            isinstance(event, StateEvent)
            and event.phase is SessionPhase.READY
            and event.iteration == iteration
        )

    return matches


def is_ready(event: SessionEvent) -> bool:
    return isinstance(event, StateEvent) and event.phase is SessionPhase.READY


def is_kind(*kinds: str) -> Callable[[SessionEvent], bool]:
    return lambda event: event.kind in kinds


def has_trained(iteration: int) -> Callable[[SessionEvent], bool]:
    def matches(event: SessionEvent) -> bool:
        return isinstance(event, MetricsEvent) and event.columns.iteration[-1] >= iteration

    return matches


def has_learning_rate(rate: float) -> Callable[[SessionEvent], bool]:
    def matches(event: SessionEvent) -> bool:
        return isinstance(event, MetricsEvent) and rate in event.columns.learning_rate

    return matches


def rows_of_changed_run(
    spec: ExperimentSpec, change_at: int, iterations: int
) -> dict[int, tuple[float, ...]]:
    """What a plain run gives whose learning rate becomes 0.25 before an iteration."""
    experiment = Experiment(spec)
    for iteration in range(iterations):
        if iteration == change_at:
            experiment.change_regime(optimizer={"lr": 0.25})
        experiment.train_iteration()
    return rows_of(experiment.metrics())


async def follow(
    host: SessionHost, session_id: str, until: Callable[[SessionEvent], bool], *, after: int = 0
) -> list[LoggedEvent]:
    """All events after `after`, up to the first that matches."""
    seen: list[LoggedEvent] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(host.events(session_id, after)) as log:
        async for logged in log:
            seen.append(logged)
            if until(logged.event):
                return seen
    raise AssertionError(f"the log ended before the event came: {seen}")


async def metrics_of(host: SessionHost, session_id: str) -> Metrics:
    answer = await host.ask(session_id, MetricsQuestion())
    return Metrics.model_validate(json.loads(answer.payload))


def rows_of(metrics: Metrics) -> dict[int, tuple[float, ...]]:
    """Every number of every iteration."""
    columns = [
        metrics.loss,
        metrics.learning_rate,
        *metrics.gradient_norm.values(),
    ]
    return dict(zip(metrics.iteration, zip(*columns, strict=True), strict=True))


def told_rows(events: list[LoggedEvent]) -> dict[int, tuple[float, ...]]:
    """What a reader has drawn in the end: of an iteration told twice, the later numbers."""
    rows: dict[int, tuple[float, ...]] = {}
    for logged in events:
        if isinstance(logged.event, MetricsEvent):
            rows.update(rows_of(logged.event.columns))
    return rows
