"""Idle sessions give up their process and come back by themselves."""

import asyncio
import signal

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.errors import Busy
from gradtape.sessions.local_host import LocalHost
from gradtape.sessions.messages import PauseCommand, RecordCommand
from gradtape.sessions.questions import MetricsQuestion, TapeQuestion
from tests.sessions.conftest import HostMaker, wait_until
from tests.sessions.following import (
    follow,
    is_ready,
    is_ready_at,
    metrics_of,
    rows_of,
    run_command,
)
from tests.sessions.killing import kill
from tests.sessions.specs import MOONS, small_spec

pytestmark = pytest.mark.anyio

RECORD = RecordCommand(kind="record")
FOREVER = run_command(1_000_000)


def is_evicted(host: LocalHost, session_id: str) -> bool:
    return host.process_id(session_id) is None


async def test_an_idle_session_comes_back_as_it_was(make_host: HostMaker) -> None:
    host = await make_host(idle_seconds=0.2)
    spec = small_spec()
    await host.open("a", spec)
    await host.send("a", run_command(50, record_every=20))
    events = await follow(host, "a", is_ready_at(50))
    before = await host.state("a")
    await wait_until(lambda: is_evicted(host, "a"))
    after = await host.state("a")
    assert after == before.model_copy(update={"sequence": after.sequence})
    assert after.sequence >= before.sequence == events[-1].sequence
    await wait_until(lambda: is_evicted(host, "a"))
    await host.send("a", run_command(50))
    await follow(host, "a", is_ready_at(100))
    experiment = Experiment(spec)
    for _ in range(100):
        experiment.train_iteration()
    assert rows_of(await metrics_of(host, "a")) == rows_of(experiment.metrics())


async def test_a_recorded_tape_survives_eviction(make_host: HostMaker) -> None:
    host = await make_host(idle_seconds=0.2)
    await host.open("a", MOONS)
    await host.send("a", RECORD)
    tape = await host.ask("a", TapeQuestion(values="inline"))
    await wait_until(lambda: is_evicted(host, "a"))
    assert await host.ask("a", TapeQuestion(values="inline")) == tape


async def test_a_reader_who_saw_everything_before_an_eviction_has_missed_nothing(
    make_host: HostMaker,
) -> None:
    host = await make_host(idle_seconds=0.2)
    state = await host.open("a", MOONS)
    await wait_until(lambda: is_evicted(host, "a"))
    sequence = await host.send("a", RECORD)
    events = await follow(host, "a", is_ready_at(1), after=state.sequence)
    assert "resync" not in [logged.event.kind for logged in events]
    assert events[0].sequence == state.sequence + 1
    assert sequence in [logged.sequence for logged in events]


async def test_a_session_that_someone_follows_is_not_idle(make_host: HostMaker) -> None:
    host = await make_host(idle_seconds=0.2)
    await host.open("followed", MOONS)
    reader = host.events("followed", 0)
    await anext(reader)
    await host.open("forgotten", MOONS)
    await wait_until(lambda: is_evicted(host, "forgotten"))
    assert not is_evicted(host, "followed")
    await reader.aclose()
    await wait_until(lambda: is_evicted(host, "followed"))


async def test_a_session_that_trains_is_not_idle(make_host: HostMaker) -> None:
    host = await make_host(idle_seconds=0.2)
    await host.open("training", small_spec())
    await host.send("training", FOREVER)
    await host.open("forgotten", MOONS)
    await wait_until(lambda: is_evicted(host, "forgotten"))
    assert not is_evicted(host, "training")


async def test_a_session_that_hangs_over_its_last_snapshot_keeps_no_other_from_being_evicted(
    make_host: HostMaker,
) -> None:
    host = await make_host(idle_seconds=0.5, request_timeout_seconds=4.0)
    await host.open("hung", MOONS)
    hung = kill(host, "hung", signal.SIGSTOP)
    await host.open("b", MOONS)
    await wait_until(lambda: is_evicted(host, "b"))
    assert host.process_id("hung") == hung
    await wait_until(lambda: is_evicted(host, "hung"))
    assert (await host.state("hung")).iteration == 0


async def test_the_longest_idle_session_makes_room(make_host: HostMaker) -> None:
    host = await make_host(max_sessions=2)
    await host.open("a", MOONS)
    await host.open("b", MOONS)
    await host.ask("a", MetricsQuestion())
    await host.open("c", MOONS)
    assert is_evicted(host, "b")
    assert not is_evicted(host, "a")
    assert (await host.facts()).sessions_live == 2
    # Back again, in the place of the one that is now the longest idle.
    assert (await host.state("b")).iteration == 0
    assert is_evicted(host, "a")


async def test_a_session_without_a_reader_makes_room_before_one_with(make_host: HostMaker) -> None:
    host = await make_host(max_sessions=2)
    await host.open("followed", MOONS)
    reader = host.events("followed", 0)
    await anext(reader)
    await host.open("b", MOONS)
    await host.open("c", MOONS)
    assert is_evicted(host, "b")
    await host.send("c", FOREVER)
    await host.open("d", MOONS)
    assert is_evicted(host, "followed")
    # Its reader stays, and sees the session come back.
    sequence = await host.send("followed", RECORD)
    async with asyncio.timeout(60):
        while (await anext(reader)).sequence < sequence:
            pass
    await reader.aclose()


async def test_where_all_are_at_work_no_more_can_be_opened(make_host: HostMaker) -> None:
    host = await make_host(max_sessions=2)
    for session_id in ("a", "b"):
        await host.open(session_id, small_spec())
        await host.send(session_id, FOREVER)
    with pytest.raises(Busy, match="2 sessions"):
        await host.open("c", MOONS)
    sequence = await host.send("a", PauseCommand(kind="pause"))
    await follow(host, "a", is_ready, after=sequence)
    await host.open("c", MOONS)
    assert is_evicted(host, "a")
