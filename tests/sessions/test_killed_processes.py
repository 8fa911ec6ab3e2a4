"""Sessions whose processes are killed, hang, or keep ending: real processes, real signals."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.errors import SessionUnavailable
from gradtape.sessions.local_host import LocalHost
from gradtape.sessions.messages import (
    EditCommand,
    FailedEvent,
    LoggedEvent,
    PauseCommand,
    RecordCommand,
    SessionPhase,
    SetCommand,
    StateEvent,
)
from gradtape.sessions.questions import MetricsQuestion, TapeQuestion
from gradtape.spec import ExperimentSpec
from tests.sessions.conftest import HostMaker, own_host
from tests.sessions.following import (
    follow,
    has_learning_rate,
    has_trained,
    is_kind,
    is_ready,
    is_ready_at,
    metrics_of,
    rows_of,
    rows_of_changed_run,
    run_command,
    told_rows,
)
from tests.sessions.killing import kill, restored
from tests.sessions.specs import MOONS, small_spec

pytestmark = pytest.mark.anyio

NEVER = 1e9  # seconds between snapshots


def rows_of_plain_run(spec: ExperimentSpec, iterations: int) -> dict[int, tuple[float, ...]]:
    experiment = Experiment(spec)
    for _ in range(iterations):
        experiment.train_iteration()
    return rows_of(experiment.metrics())


def iteration_told_before(events: list[LoggedEvent], kind: str) -> int:
    position = next(n for n, logged in enumerate(events) if logged.event.kind == kind)
    return max(told_rows(events[:position])) + 1


async def test_a_run_whose_process_is_killed_ends_with_the_numbers_of_an_undisturbed_one(
    host: LocalHost,
) -> None:
    spec = small_spec()
    await host.open("a", spec)
    await host.send("a", run_command(2_000, record_every=300))
    await follow(host, "a", has_trained(200))
    await host.snapshot("a")
    told = (await host.state("a")).sequence
    await follow(host, "a", has_trained(0), after=told)
    first = kill(host, "a")
    events = await follow(host, "a", is_ready_at(2_000))
    (again,) = restored(events)
    assert again.reason == "the process was killed (SIGKILL)"
    assert again.iteration >= 200
    assert again.lost_iterations == iteration_told_before(events, "restored") - again.iteration > 0
    assert host.process_id("a") not in (first, None)
    expected = rows_of_plain_run(spec, 2_000)
    assert rows_of(await metrics_of(host, "a")) == expected
    assert told_rows(events) == expected
    state = await host.state("a")
    assert state.iterations_recorded == [0, 300, 600, 900, 1200, 1500, 1800, 1999]


async def test_a_process_killed_before_its_first_snapshot_does_everything_again(
    make_host: HostMaker,
) -> None:
    host = await make_host(snapshot_interval_seconds=NEVER)
    spec = small_spec()
    await host.open("a", spec)
    await host.send("a", run_command(1_500))
    await follow(host, "a", has_trained(100))
    kill(host, "a")
    events = await follow(host, "a", is_ready_at(1_500))
    assert [event.iteration for event in restored(events)] == [0]
    assert rows_of(await metrics_of(host, "a")) == rows_of_plain_run(spec, 1_500)


async def test_commands_that_wait_are_carried_out_by_the_next_process_in_order(
    host: LocalHost,
) -> None:
    spec = small_spec()
    await host.open("a", spec)
    for command in (
        run_command(600),
        SetCommand(kind="set", optimizer={"lr": 0.2}),
        EditCommand(kind="edit", tensor="fc1.weight", index=(1, 1), value=3.0),
        run_command(400),
    ):
        await host.send("a", command)
    await follow(host, "a", is_kind("metrics"))
    kill(host, "a")
    events = await follow(host, "a", is_ready_at(1_000))
    assert len(restored(events)) == 1
    experiment = Experiment(spec)
    for _ in range(600):
        experiment.train_iteration()
    experiment.change_regime(optimizer={"lr": 0.2})
    experiment.edit("fc1.weight", (1, 1), 3.0)
    for _ in range(400):
        experiment.train_iteration()
    assert rows_of(await metrics_of(host, "a")) == rows_of(experiment.metrics())


async def test_a_change_in_the_middle_of_a_run_is_made_there_again_by_the_next_process(
    make_host: HostMaker,
) -> None:
    host = await make_host(snapshot_interval_seconds=NEVER)
    spec = small_spec()
    await host.open("a", spec)
    await host.send("a", run_command(10_000))
    await follow(host, "a", has_trained(100))
    await host.send("a", SetCommand(kind="set", optimizer={"lr": 0.25}, at_once=True))
    await follow(host, "a", has_learning_rate(0.25))
    changed_at = (await metrics_of(host, "a")).learning_rate.index(0.25)
    assert 0 < changed_at < 9_000
    for _ in range(2):  # from the very beginning, then from a snapshot that holds the change
        told = (await host.state("a")).sequence
        kill(host, "a")
        await follow(host, "a", has_learning_rate(0.25), after=told)
        await host.snapshot("a")
    await follow(host, "a", is_ready_at(10_000))
    assert rows_of(await metrics_of(host, "a")) == rows_of_changed_run(spec, changed_at, 10_000)


async def test_a_paused_run_stands_where_it_stood_after_its_process_is_killed(
    host: LocalHost,
) -> None:
    spec = small_spec()
    await host.open("a", spec)
    await host.send("a", run_command(1_000_000))
    await follow(host, "a", is_kind("metrics"))
    sequence = await host.send("a", PauseCommand(kind="pause"))
    events = await follow(host, "a", is_ready, after=sequence)
    before = await host.state("a")
    kill(host, "a")
    await follow(host, "a", is_ready, after=events[-1].sequence)
    after = await host.state("a")
    assert after.iteration == before.iteration
    assert after.iterations_recorded == before.iterations_recorded
    assert rows_of(await metrics_of(host, "a")) == rows_of_plain_run(spec, before.iteration)


async def test_a_failed_command_is_not_tried_again_by_the_next_process(host: LocalHost) -> None:
    await host.open("a", MOONS)
    await host.send("a", run_command(3))
    sequence = await host.send(
        "a", EditCommand(kind="edit", tensor="fc9.weight", index=(0,), value=1.0)
    )
    events = await follow(host, "a", is_ready, after=sequence)
    kill(host, "a")
    events = await follow(host, "a", is_ready_at(3), after=events[-1].sequence)
    assert not [e for e in events if e.event.kind == "failed"]


async def test_an_idle_session_survives_its_process(host: LocalHost) -> None:
    await host.open("a", MOONS)
    await host.send("a", RecordCommand(kind="record"))
    tape = await host.ask("a", TapeQuestion())
    kill(host, "a")
    # Asked before anyone can have noticed: it is answered by the process or by the next one.
    assert await host.ask("a", TapeQuestion()) == tape
    assert (await host.state("a")).iterations_recorded == [0]


async def test_how_a_process_crashed_is_told(host: LocalHost) -> None:
    await host.open("a", MOONS)
    kill(host, "a", signal.SIGSEGV)
    events = await follow(host, "a", is_kind("restored"))
    assert restored(events)[0].reason == "the process crashed (SIGSEGV)"
    phases = [e.event.phase for e in events if isinstance(e.event, StateEvent)]
    assert phases == [SessionPhase.READY, SessionPhase.RESTORING]


async def test_a_command_that_ends_every_process_is_given_up_and_the_session_lives_on(
    make_host: HostMaker,
) -> None:
    host = await make_host(snapshot_interval_seconds=NEVER)
    await host.open("a", small_spec())
    await host.send("a", run_command(1_000_000))
    waiting = await host.send("a", RecordCommand(kind="record"))
    for _ in range(3):
        events = await follow(host, "a", has_trained(0), after=waiting)
        waiting = events[-1].sequence
        kill(host, "a")
        await follow(host, "a", is_kind("restored"), after=waiting)
    events = await follow(host, "a", is_ready, after=waiting)
    (failed,) = [e.event for e in events if isinstance(e.event, FailedEvent)]
    assert failed.command == "run"
    assert failed.error["code"] == "session_unavailable"
    assert "killed (SIGKILL)" in failed.error["message"]
    # What came after it is carried out, from where the last snapshot was: the beginning.
    assert (await host.state("a")).iterations_recorded == [0]


async def test_a_process_that_hangs_over_a_question_is_replaced(make_host: HostMaker) -> None:
    host = await make_host(request_timeout_seconds=4.0)
    await host.open("a", MOONS)
    await host.send("a", RecordCommand(kind="record"))
    tape = await host.ask("a", TapeQuestion())
    hung = kill(host, "a", signal.SIGSTOP)
    with pytest.raises(SessionUnavailable, match="4 s"):
        await host.ask("a", TapeQuestion())
    assert await host.ask("a", TapeQuestion()) == tape
    assert host.process_id("a") != hung
    events = await follow(host, "a", is_kind("restored"))
    assert restored(events)[0].reason.startswith("the process gave no sign of life for 4 s")


async def test_a_process_that_hangs_while_training_is_noticed_without_a_question(
    make_host: HostMaker,
) -> None:
    host = await make_host(request_timeout_seconds=4.0)
    spec = small_spec()
    await host.open("a", spec)
    await host.send("a", run_command(1_000))
    await follow(host, "a", is_kind("metrics"))
    kill(host, "a", signal.SIGSTOP)
    events = await follow(host, "a", is_ready_at(1_000))
    assert "no sign of life" in restored(events)[0].reason
    assert rows_of(await metrics_of(host, "a")) == rows_of_plain_run(spec, 1_000)


async def test_other_sessions_notice_nothing_of_a_kill(host: LocalHost) -> None:
    spec = small_spec()
    await host.open("a", spec)
    await host.open("b", spec)
    await asyncio.gather(*(host.send(name, run_command(800)) for name in ("a", "b")))
    await follow(host, "a", is_kind("metrics"))
    kill(host, "a")
    events = await follow(host, "b", is_ready_at(800))
    assert not restored(events)
    assert told_rows(events) == rows_of_plain_run(spec, 800)


async def test_a_killed_zygote_is_replaced_and_its_sessions_with_it(tmp_path: Path) -> None:
    spec = small_spec()
    async with own_host(tmp_path) as host:
        await host.open("a", spec)
        await host.send("a", run_command(1_500))
        await follow(host, "a", has_trained(50))
        first = host.zygote_pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert (await host.open("b", MOONS)).iteration == 0
        assert host.zygote_pid not in (first, None)
        events = await follow(host, "a", is_ready_at(1_500))
        assert len(restored(events)) == 1
        assert rows_of(await metrics_of(host, "a")) == rows_of_plain_run(spec, 1_500)


async def test_a_question_asked_while_the_process_is_replaced_waits_for_the_next(
    host: LocalHost,
) -> None:
    await host.open("a", small_spec())
    await host.send("a", run_command(30))
    await follow(host, "a", is_ready_at(30))
    kill(host, "a")
    await follow(host, "a", is_kind("restored"))
    answers = await asyncio.gather(*(host.ask("a", MetricsQuestion()) for _ in range(5)))
    assert len({answer.payload for answer in answers}) == 1
