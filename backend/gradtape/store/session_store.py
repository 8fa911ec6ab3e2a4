"""Sessions on disk: one SQLite file with specs, snapshots, and the commands after them."""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradtape import limits
from gradtape.errors import SessionUnavailable, UnknownSession

FILE_NAME = "sessions.sqlite3"
MAX_JOURNAL_BYTES = 64 * 2**20  # left on disk between checkpoints; a large snapshot may exceed it

# NORMAL: what was committed survives the end of this process, though not a power cut. FULL would
# wait for the disk at every command.
SETTINGS = f"""
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = {MAX_JOURNAL_BYTES};
"""

TABLES = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    spec TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    used_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_by_use ON sessions (used_at);
CREATE TABLE IF NOT EXISTS snapshots (
    session TEXT PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    data BLOB NOT NULL,
    iteration INTEGER NOT NULL,
    covers INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS commands (
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    number INTEGER NOT NULL,
    command TEXT NOT NULL,
    until INTEGER,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True)
class StoredSnapshot:
    """A session as it stood.

    Args:
        data: bytes of the engine.
        iteration: completed iterations in it.
        covers: number of the last command whose effects are all in it.
    """

    data: bytes
    iteration: int
    covers: int


@dataclass(frozen=True)
class StoredCommand:
    """A command that the snapshot does not hold all effects of.

    Args:
        number: counts the session's commands from 1.
        command: JSON.
        until: for a run that had begun: the iteration count at which it ends.
    """

    number: int
    command: str
    until: int | None = None


@dataclass(frozen=True)
class StoredSession:
    """What brings a session back.

    Args:
        spec: JSON.
        sequence: no event had a higher number.
        covers: the last command that its snapshot holds all effects of.
        commands: those after the snapshot, in order.
    """

    id: str
    spec: str
    sequence: int = 0
    covers: int = 0
    commands: tuple[StoredCommand, ...] = ()


class SessionStore:
    """All sessions of one server. Its methods block; one thread at a time may call them.

    Args:
        folder: made if it does not exist.
        clock: seconds since the epoch, to find the longest unused sessions.
    Raises:
        SessionUnavailable: the folder cannot be used, or another server uses it.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        with _told_as_unavailable(f"The session store in {folder} cannot be used"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Opened by one thread, then used by the one that the host keeps for it.
            self._connection = sqlite3.connect(
                folder / FILE_NAME, timeout=0, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.executescript(SETTINGS + TABLES)
            except sqlite3.Error:
                self._connection.close()
                raise

    def close(self) -> None:
        """Let others use the folder."""
        self._connection.close()

    def create(self, session_id: str, spec: str, *, sequence: int) -> None:
        """Store a new session."""
        with self._transaction("The session could not be stored") as execute:
            execute(
                "INSERT INTO sessions (id, spec, sequence, used_at) VALUES (?, ?, ?, ?)",
                (session_id, spec, sequence, self._clock()),
            )

    def branch(self, session_id: str, origin: str, snapshot: StoredSnapshot) -> None:
        """Store a new session with the spec of another and a snapshot to begin from; both or none.

        Raises:
            UnknownSession: the other was deleted meanwhile.
        """
        with self._transaction("The branch could not be stored") as execute:
            added = execute(
                "INSERT INTO sessions (id, spec, sequence, used_at) "
                "SELECT ?, spec, 0, ? FROM sessions WHERE id = ?",
                (session_id, self._clock(), origin),
            )
            if added.rowcount == 0:
                raise UnknownSession(f"There is no session {origin}.")
            execute(
                "INSERT INTO snapshots (session, data, iteration, covers) VALUES (?, ?, ?, ?)",
                (session_id, snapshot.data, snapshot.iteration, snapshot.covers),
            )

    def load(self, session_id: str) -> StoredSession:
        """Everything about a session; it counts as used now.

        Raises:
            UnknownSession: never stored, deleted, or pruned.
        """
        with self._transaction("The session could not be read") as execute:
            row = execute(
                "SELECT spec, sequence, coalesce(covers, 0) FROM sessions "
                "LEFT JOIN snapshots ON session = id WHERE id = ?",
                (session_id,),
            ).fetchone()
            if row is None:
                raise UnknownSession(f"There is no session {session_id}.")
            execute("UPDATE sessions SET used_at = ? WHERE id = ?", (self._clock(), session_id))
            commands = execute(
                "SELECT number, command, until FROM commands WHERE session = ? ORDER BY number",
                (session_id,),
            ).fetchall()
        return StoredSession(
            id=session_id,
            spec=row[0],
            sequence=row[1],
            covers=row[2],
            commands=tuple(StoredCommand(*command) for command in commands),
        )

    def load_snapshot(self, session_id: str) -> StoredSnapshot | None:
        """The latest snapshot, if one was taken."""
        with self._transaction("The snapshot could not be read") as execute:
            row = execute(
                "SELECT data, iteration, covers FROM snapshots WHERE session = ?", (session_id,)
            ).fetchone()
        return None if row is None else StoredSnapshot(*row)

    def contains(self, session_id: str) -> bool:
        """Whether this session is stored."""
        with self._transaction("The session could not be read") as execute:
            row = execute("SELECT 1 FROM sessions WHERE id = ?", (session_id,)).fetchone()
        return row is not None

    def delete(self, session_id: str) -> None:
        """Forget a session and all that belongs to it."""
        with self._transaction("The session could not be deleted") as execute:
            execute("DELETE FROM sessions WHERE id = ?", (session_id,))

    def prune(self, keep: Collection[str], *, allowed: int = limits.MAX_STORED_SESSIONS) -> None:
        """Delete the longest unused sessions beyond what is allowed, but none of `keep`."""
        with self._transaction("Old sessions could not be deleted") as execute:
            (stored,) = execute("SELECT count(*) FROM sessions").fetchone()
            if stored <= allowed:
                return
            by_age = execute("SELECT id FROM sessions ORDER BY used_at").fetchall()
            old = [row for row in by_age if row[0] not in keep][: stored - allowed]
            for row in old:
                execute("DELETE FROM sessions WHERE id = ?", row)

    def reserve_sequences(self, session_id: str, sequence: int) -> None:
        """No event so far, nor any until the next call, has a number above this one."""
        with self._transaction("The session could not be stored") as execute:
            execute(
                "UPDATE sessions SET sequence = ?, used_at = ? WHERE id = ?",
                (sequence, self._clock(), session_id),
            )

    def append_command(self, session_id: str, command: StoredCommand) -> None:
        """Log a command; when this returns, it will be carried out whatever happens.

        Raises:
            UnknownSession: deleted meanwhile.
        """
        with self._transaction("The command could not be stored") as execute:
            try:
                execute(
                    "INSERT INTO commands (session, number, command) VALUES (?, ?, ?)",
                    (session_id, command.number, command.command),
                )
            except sqlite3.IntegrityError as error:
                raise UnknownSession(f"There is no session {session_id}.") from error

    def finish_run(self, session_id: str, number: int, *, until: int) -> None:
        """Note at how many iterations a run ended: a pause may have come before its time."""
        with self._transaction("The end of a run could not be stored") as execute:
            execute(
                "UPDATE commands SET until = ? WHERE session = ? AND number = ?",
                (until, session_id, number),
            )

    def drop_command(self, session_id: str, number: int) -> None:
        """Forget a command that must not be carried out again."""
        with self._transaction("A command could not be dropped") as execute:
            execute("DELETE FROM commands WHERE session = ? AND number = ?", (session_id, number))

    def save_snapshot(
        self, session_id: str, snapshot: StoredSnapshot, *, run: int | None, until: int | None
    ) -> None:
        """Replace the snapshot, and forget the commands that it covers; both or neither.

        Args:
            run: number of the run that is under way in the snapshot.
            until: where it is to end.
        """
        with self._transaction("The snapshot could not be stored") as execute:
            execute(
                "INSERT INTO snapshots (session, data, iteration, covers) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (session) DO UPDATE SET "
                "data = excluded.data, iteration = excluded.iteration, covers = excluded.covers",
                (session_id, snapshot.data, snapshot.iteration, snapshot.covers),
            )
            execute(
                "DELETE FROM commands WHERE session = ? AND number <= ?",
                (session_id, snapshot.covers),
            )
            if run is not None:
                execute(
                    "UPDATE commands SET until = ? WHERE session = ? AND number = ?",
                    (until, session_id, run),
                )
            execute("UPDATE sessions SET used_at = ? WHERE id = ?", (self._clock(), session_id))

    @contextmanager
    def _transaction(self, failure: str) -> Iterator[Callable[..., sqlite3.Cursor]]:
        with _told_as_unavailable(failure):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has SQLite roll back by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _told_as_unavailable(failure: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SessionUnavailable(f"{failure}: {error}.") from error
