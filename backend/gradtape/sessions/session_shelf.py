"""One session's place in the store."""

import asyncio
from collections.abc import Coroutine

from gradtape.errors import SessionUnavailable
from gradtape.sessions.messages import Command
from gradtape.sessions.protocol import SnapshotTaken
from gradtape.sessions.server_log import note
from gradtape.store.session_store import StoredCommand, StoredSnapshot
from gradtape.store.store_thread import StoreThread

SEQUENCE_BLOCK = 10_000  # sequences reserved at once, to write rarely


class SessionShelf:
    """Keeps what one session needs to come back.

    Args:
        session_id: whose place it is.
        store: where.
        reserved: no event has, or will have without asking, a sequence above this.
    """

    def __init__(self, session_id: str, store: StoreThread, *, reserved: int) -> None:
        self._id = session_id
        self._thread = store
        self._store = store.store
        self._errands: set[asyncio.Task[None]] = set()
        self.reserved = reserved

    async def append_command(self, number: int, command: Command) -> None:
        """Log a command; once this returns it is carried out whatever happens.

        A pause is carried out even if it cannot be logged: no full disk keeps anyone from stopping.
        """
        row = StoredCommand(number, command.model_dump_json())
        append = self._thread.call(self._store.append_command, self._id, row)
        await (_try(append) if command.kind == "pause" else append)

    async def load_snapshot(self) -> StoredSnapshot | None:
        """The latest snapshot."""
        return await self._thread.call(self._store.load_snapshot, self._id)

    async def save_snapshot(self, taken: SnapshotTaken, data: bytes) -> None:
        """Replace the snapshot.

        Raises:
            SessionUnavailable: the disk is full, or the session is too large.
        """
        snapshot = StoredSnapshot(data, taken.iteration, taken.covers)
        save = self._store.save_snapshot
        await self._thread.call(save, self._id, snapshot, run=taken.run, until=taken.until)

    async def finish_run(self, number: int, until: int) -> None:
        """Note where a run ended."""
        await _try(self._thread.call(self._store.finish_run, self._id, number, until=until))

    async def drop_command(self, number: int) -> None:
        """Forget a command that must not be carried out again."""
        await _try(self._thread.call(self._store.drop_command, self._id, number))

    def reserve(self, sequence: int) -> None:
        """Be sure that a later log begins above this sequence; written before it is needed."""
        if sequence > self.reserved - SEQUENCE_BLOCK // 2:
            self.reserved = sequence + SEQUENCE_BLOCK
            errand = asyncio.create_task(self._write_sequence(self.reserved))
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)

    async def close(self, sequence: int) -> None:
        """Note the last sequence exactly: a reader who has seen it has missed nothing."""
        await asyncio.gather(*self._errands)
        self.reserved = sequence
        await self._write_sequence(sequence)

    async def _write_sequence(self, sequence: int) -> None:
        await _try(self._thread.call(self._store.reserve_sequences, self._id, sequence))


async def _try(writing: Coroutine[None, None, None]) -> None:
    """Write what makes a return after a restart exact, but is not worth ending a live session."""
    try:
        await writing
    except SessionUnavailable as error:
        note(str(error))
