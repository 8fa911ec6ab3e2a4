"""A store that takes nothing more: told once, and nothing that lives is lost."""

from pathlib import Path

import pytest

from gradtape.errors import SessionUnavailable, UnknownSession
from gradtape.sessions.launcher import Launcher
from gradtape.sessions.local_host import LocalHost
from gradtape.sessions.messages import FailedEvent, PauseCommand, RecordCommand, SessionPhase
from gradtape.store.session_store import SessionStore, StoredCommand, StoredSnapshot
from tests.sessions.following import follow, is_kind, is_ready, is_ready_at, run_command
from tests.sessions.specs import MOONS, small_spec

pytestmark = pytest.mark.anyio


class FullStore(SessionStore):
    """A store on a disk that can be full."""

    is_full = False

    def _check_space(self) -> None:
        if self.is_full:
            raise SessionUnavailable("database or disk is full")

    def create(self, session_id: str, spec: str, *, sequence: int) -> None:
        self._check_space()
        super().create(session_id, spec, sequence=sequence)

    def append_command(self, session_id: str, command: StoredCommand) -> None:
        self._check_space()
        super().append_command(session_id, command)

    def save_snapshot(
        self, session_id: str, snapshot: StoredSnapshot, *, run: int | None, until: int | None
    ) -> None:
        self._check_space()
        super().save_snapshot(session_id, snapshot, run=run, until=until)


async def test_training_goes_on_without_snapshots_and_commands_are_refused(
    launcher: Launcher, tmp_path: Path
) -> None:
    store = FullStore(tmp_path)
    host = LocalHost(store, launcher=launcher)
    await host.start()
    await host.open("a", small_spec())
    await host.send("a", run_command(3_000))
    store.is_full = True
    await follow(host, "a", is_ready_at(3_000))
    for _ in range(3):
        with pytest.raises(SessionUnavailable, match="full"):
            await host.snapshot("a")
    with pytest.raises(SessionUnavailable, match="full"):
        await host.send("a", RecordCommand(kind="record"))
    with pytest.raises(SessionUnavailable, match="full"):
        await host.open("b", MOONS)
    with pytest.raises(UnknownSession):
        await host.state("b")
    assert (await host.state("a")).iteration == 3_000
    store.is_full = False
    await host.send("a", RecordCommand(kind="record"))
    events = await follow(host, "a", is_ready_at(3_001))
    told = [e.event.command for e in events if isinstance(e.event, FailedEvent)]
    assert told == ["snapshot"]
    await host.snapshot("a")
    await host.stop()


async def test_training_can_be_paused_while_the_disk_is_full(
    launcher: Launcher, tmp_path: Path
) -> None:
    store = FullStore(tmp_path)
    host = LocalHost(store, launcher=launcher)
    await host.start()
    await host.open("a", small_spec())
    await host.send("a", run_command(1_000_000))
    await follow(host, "a", is_kind("metrics"))
    store.is_full = True
    sequence = await host.send("a", PauseCommand(kind="pause"))
    await follow(host, "a", is_ready, after=sequence)
    paused = await host.state("a")
    assert (paused.iteration < 1_000_000, paused.phase) == (True, SessionPhase.READY)
    store.is_full = False
    await host.snapshot("a")
    await host.stop()
    again = LocalHost(SessionStore(tmp_path), launcher=launcher)
    await again.start()
    assert (await again.state("a")).iteration == paused.iteration
    await again.stop()
