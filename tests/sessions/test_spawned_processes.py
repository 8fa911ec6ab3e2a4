"""Sessions where forking is not possible: the same wire, a process started afresh."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.sessions.launcher import Launcher
from gradtape.sessions.local_host import LocalHost
from gradtape.store.session_store import SessionStore
from tests.sessions.following import (
    follow,
    has_trained,
    is_ready_at,
    metrics_of,
    rows_of,
    run_command,
)
from tests.sessions.killing import kill, restored
from tests.sessions.specs import small_spec

pytestmark = pytest.mark.anyio


@pytest.fixture
async def spawning_host(tmp_path: Path) -> AsyncIterator[LocalHost]:
    launcher = Launcher(can_fork=False)
    launcher.start()
    host = LocalHost(SessionStore(tmp_path), launcher=launcher)
    await host.start()
    yield host
    await host.stop()
    await launcher.stop()


async def test_a_session_trains_is_killed_and_ends_as_if_nothing_had_been(
    spawning_host: LocalHost,
) -> None:
    host, spec = spawning_host, small_spec()
    await host.open("a", spec)
    assert host.zygote_pid is None
    await host.send("a", run_command(1_500))
    await follow(host, "a", has_trained(50))
    kill(host, "a")
    events = await follow(host, "a", is_ready_at(1_500))
    assert restored(events)[0].reason == "the process was killed (SIGKILL)"
    experiment = Experiment(spec)
    for _ in range(1_500):
        experiment.train_iteration()
    assert rows_of(await metrics_of(host, "a")) == rows_of(experiment.metrics())
    facts = await host.facts()
    assert facts.torch
    assert facts.device == "cpu" or facts.device in ("cuda", "mps")
