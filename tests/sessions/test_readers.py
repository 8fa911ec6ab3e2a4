"""Readers of a session that are slow, or come late."""

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.sessions.local_host import LocalHost
from gradtape.sessions.messages import RecordCommand
from tests.sessions.conftest import HostMaker
from tests.sessions.following import (
    follow,
    is_ready_at,
    rows_of,
    run_command,
    told_rows,
)
from tests.sessions.specs import small_spec

pytestmark = pytest.mark.anyio


async def test_a_slow_reader_gets_fewer_events_and_every_number(host: LocalHost) -> None:
    await host.open("a", small_spec())
    slow = host.events("a", 0)
    seen = [await anext(slow)]
    await host.send("a", run_command(1_000, record_every=250))
    prompt = await follow(host, "a", is_ready_at(1_000))
    while not is_ready_at(1_000)(seen[-1].event):
        seen.append(await anext(slow))
    await slow.aclose()
    experiment = Experiment(small_spec())
    for _ in range(1_000):
        experiment.train_iteration()
    assert told_rows(seen) == told_rows(prompt) == rows_of(experiment.metrics())
    others = [logged for logged in prompt if logged.event.kind != "metrics"]
    assert [logged for logged in seen if logged.event.kind != "metrics"] == others
    # Between two other events there is at most one with metrics.
    assert len(seen) <= 2 * len(others)


async def test_a_reader_that_comes_back_too_late_is_told_to_fetch_everything_anew(
    make_host: HostMaker,
) -> None:
    host = await make_host(max_logged_events=20)
    await host.open("a", small_spec())
    for iteration in range(1, 31):
        sequence = await host.send("a", RecordCommand(kind="record"))
        await follow(host, "a", is_ready_at(iteration), after=sequence)
    late = host.events("a", 2)
    first = await anext(late)
    await late.aclose()
    assert first.event.kind == "resync"
    assert first.sequence == (await host.state("a")).sequence
