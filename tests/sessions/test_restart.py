"""What is stored comes back after the server was stopped, or killed."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.errors import SessionUnavailable, UnknownSession
from gradtape.sessions.messages import (
    InterveneCommand,
    PauseCommand,
    RecordCommand,
    SessionPhase,
)
from gradtape.sessions.questions import MetricsQuestion, TapeQuestion
from gradtape.store.session_store import SessionStore
from tests.sessions.conftest import HostMaker, wait_until
from tests.sessions.following import (
    follow,
    has_trained,
    is_kind,
    is_ready,
    is_ready_at,
    metrics_of,
    rows_of,
    run_command,
)
from tests.sessions.specs import MOONS, small_spec

pytestmark = pytest.mark.anyio

ITERATIONS = 2_000


def rows_of_plain_run(iterations: int) -> dict[int, tuple[float, ...]]:
    experiment = Experiment(small_spec())
    for _ in range(iterations):
        experiment.train_iteration()
    return rows_of(experiment.metrics())


async def test_a_stopped_server_finds_its_sessions_again(
    make_host: HostMaker, tmp_path: Path
) -> None:
    first = await make_host(tmp_path)
    await first.open("a", MOONS)
    await first.send("a", RecordCommand(kind="record"))
    tape = await first.ask("a", TapeQuestion())
    before = await first.state("a")
    await first.stop()
    second = await make_host(tmp_path)
    after = await second.state("a")
    assert after == before.model_copy(update={"sequence": after.sequence})
    assert after.sequence > before.sequence
    assert await second.ask("a", TapeQuestion()) == tape


async def test_interventions_are_in_force_after_a_restart(
    make_host: HostMaker, tmp_path: Path
) -> None:
    first = await make_host(tmp_path)
    await first.open("a", MOONS.model_copy(update={"update_norms_every": 1}))
    freeze = InterveneCommand(kind="intervene", layer="fc1", what="freeze")
    await first.send("a", freeze)
    await first.stop()
    second = await make_host(tmp_path)
    assert (await second.state("a")).interventions == (freeze.intervention,)
    sequence = await second.send("a", run_command(5))
    await follow(second, "a", is_ready_at(5), after=sequence)
    answer = await second.ask("a", MetricsQuestion())
    norms = json.loads(answer.payload)["updates"]["parameter_norm"]
    assert len(set(norms["fc1.weight"])) == 1
    assert len(set(norms["fc2.weight"])) == 5


async def test_a_run_under_way_goes_on_once_someone_follows_it_after_a_restart(
    make_host: HostMaker, tmp_path: Path
) -> None:
    first = await make_host(tmp_path)
    await first.open("a", small_spec())
    await first.send("a", run_command(ITERATIONS))
    await follow(first, "a", has_trained(100))
    await first.stop()
    second = await make_host(tmp_path)
    await follow(second, "a", is_ready_at(ITERATIONS))
    assert rows_of(await metrics_of(second, "a")) == rows_of_plain_run(ITERATIONS)


async def test_a_pause_holds_after_a_restart(make_host: HostMaker, tmp_path: Path) -> None:
    first = await make_host(tmp_path)
    await first.open("a", small_spec())
    await first.send("a", run_command(1_000_000))
    await follow(first, "a", is_kind("metrics"))
    sequence = await first.send("a", PauseCommand(kind="pause"))
    await follow(first, "a", is_ready, after=sequence)
    before = await first.state("a")
    await first.stop()
    second = await make_host(tmp_path)
    after = await second.state("a")
    assert (after.iteration, after.phase) == (before.iteration, SessionPhase.READY)


async def test_a_deleted_session_stays_deleted(make_host: HostMaker, tmp_path: Path) -> None:
    first = await make_host(tmp_path)
    await first.open("a", MOONS)
    await first.close("a")
    await first.stop()
    second = await make_host(tmp_path)
    with pytest.raises(UnknownSession):
        await second.state("a")


async def test_two_servers_cannot_share_a_folder(make_host: HostMaker, tmp_path: Path) -> None:
    await make_host(tmp_path)
    with pytest.raises(SessionUnavailable, match="cannot be used"):
        SessionStore(tmp_path)


async def test_a_killed_server_leaves_no_process_and_loses_no_session(
    make_host: HostMaker, tmp_path: Path
) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.sessions.server_that_dies",
        str(tmp_path),
        str(ITERATIONS),
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    zygote, process, sequence = map(int, (await server.stdout.readline()).split())
    server.kill()
    await server.wait()
    await wait_until(lambda: not is_running(zygote) and not is_running(process))
    host = await make_host(tmp_path)
    events = await follow(host, "a", is_ready_at(ITERATIONS), after=sequence)
    # Numbers that the killed server may have given to other events are not given again.
    assert events[0].event.kind == "resync"
    assert events[0].sequence > sequence
    assert rows_of(await metrics_of(host, "a")) == rows_of_plain_run(ITERATIONS)


def is_running(process_id: int) -> bool:
    """Whether there is such a process, other than as a zombie of the machine's first process."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
