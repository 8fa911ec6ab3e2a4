"""Sessions on disk."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from gradtape.errors import SessionUnavailable, UnknownSession
from gradtape.store.session_store import (
    FILE_NAME,
    SessionStore,
    StoredCommand,
    StoredSession,
    StoredSnapshot,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    ticks = count()
    opened = SessionStore(tmp_path, clock=lambda: float(next(ticks)))
    yield opened
    opened.close()


def reopen(store: SessionStore, folder: Path) -> SessionStore:
    store.close()
    return SessionStore(folder)


def test_a_session_is_found_again_by_the_next_server(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "made" / "for it")
    store.create("a", '{"spec": 1}', sequence=3)
    store.append_command("a", StoredCommand(1, '{"kind": "record"}'))
    store = reopen(store, tmp_path / "made" / "for it")
    assert store.load("a") == StoredSession(
        "a", '{"spec": 1}', 3, 0, (StoredCommand(1, '{"kind": "record"}'),)
    )
    assert store.load_snapshot("a") is None
    store.close()


def test_a_branch_has_the_others_spec_and_a_snapshot_of_its_own(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.create("a", "{}", sequence=9)
    store.append_command("a", StoredCommand(1, '{"kind": "record"}'))
    begins = StoredSnapshot(b"begins", iteration=4, covers=0)
    store.branch("b", "a", begins)
    store.delete("a")
    store = reopen(store, tmp_path)
    assert store.load("b") == StoredSession("b", "{}")
    assert store.load_snapshot("b") == begins
    store.close()


def test_a_branch_of_a_session_that_was_deleted_is_not_stored(store: SessionStore) -> None:
    with pytest.raises(UnknownSession):
        store.branch("b", "a", StoredSnapshot(b"", iteration=0, covers=0))
    assert not store.contains("b")


def test_an_unknown_session_is_told_as_such(store: SessionStore) -> None:
    assert not store.contains("a")
    with pytest.raises(UnknownSession, match="a"):
        store.load("a")
    with pytest.raises(UnknownSession):
        store.append_command("a", StoredCommand(1, "{}"))


def test_a_snapshot_replaces_the_one_before_and_the_commands_that_it_covers(
    store: SessionStore,
) -> None:
    store.create("a", "{}", sequence=0)
    for number in (1, 2, 5):
        store.append_command("a", StoredCommand(number, f"{number}"))
    store.save_snapshot("a", StoredSnapshot(b"old", 3, covers=1), run=None, until=None)
    new = StoredSnapshot(b"new \x00 bytes", 7, covers=2)
    store.save_snapshot("a", new, run=5, until=107)
    assert store.load_snapshot("a") == new
    loaded = store.load("a")
    assert loaded.covers == 2
    assert loaded.commands == (StoredCommand(5, "5", until=107),)


def test_a_snapshot_that_cannot_be_stored_leaves_everything_as_it_was(store: SessionStore) -> None:
    store.create("a", "{}", sequence=0)
    store.append_command("a", StoredCommand(1, "1"))
    kept = StoredSnapshot(b"kept", 1, covers=0)
    store.save_snapshot("a", kept, run=None, until=None)
    newer = StoredSnapshot(b"newer", 2, covers=0)
    with pytest.raises(SessionUnavailable, match="snapshot could not be stored"):
        store.save_snapshot("a", newer, run=1, until="soon")  # type: ignore[arg-type]
    assert store.load_snapshot("a") == kept
    assert store.load("a").commands == (StoredCommand(1, "1"),)


def test_where_a_run_ended_is_kept(store: SessionStore) -> None:
    store.create("a", "{}", sequence=0)
    store.append_command("a", StoredCommand(1, "1"))
    store.finish_run("a", 1, until=42)
    assert store.load("a").commands == (StoredCommand(1, "1", until=42),)


def test_a_dropped_command_is_gone(store: SessionStore) -> None:
    store.create("a", "{}", sequence=0)
    for number in (1, 2):
        store.append_command("a", StoredCommand(number, f"{number}"))
    store.drop_command("a", 1)
    assert [command.number for command in store.load("a").commands] == [2]


def test_a_deleted_session_takes_all_that_is_its_with_it(store: SessionStore) -> None:
    for name in ("a", "b"):
        store.create(name, "{}", sequence=0)
        store.append_command(name, StoredCommand(1, "1"))
        store.save_snapshot(name, StoredSnapshot(b"x", 1, covers=0), run=None, until=None)
    store.delete("a")
    assert not store.contains("a")
    assert store.load_snapshot("a") is None
    # The same id again begins with nothing.
    store.create("a", "{}", sequence=0)
    assert store.load("a").commands == ()
    assert len(store.load("b").commands) == 1


def test_the_longest_unused_sessions_go_first_but_none_that_is_kept(store: SessionStore) -> None:
    for name in ("a", "b", "c", "d", "e"):
        store.create(name, "{}", sequence=0)
    store.load("a")
    store.prune({"b"}, allowed=3)
    assert [name for name in "abcde" if store.contains(name)] == ["a", "b", "e"]


def test_sequences_are_reserved(store: SessionStore) -> None:
    store.create("a", "{}", sequence=0)
    store.reserve_sequences("a", 10_000)
    assert store.load("a").sequence == 10_000


def test_a_folder_that_another_server_uses_is_refused(store: SessionStore, tmp_path: Path) -> None:
    assert not store.contains("a")
    with pytest.raises(SessionUnavailable, match="cannot be used"):
        SessionStore(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SessionUnavailable, match="file"):
        SessionStore(tmp_path / "file" / "folder")


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("something else entirely " * 100)
    with pytest.raises(SessionUnavailable, match="not a database"):
        SessionStore(tmp_path)
    assert (tmp_path / FILE_NAME).read_text().startswith("something else")
