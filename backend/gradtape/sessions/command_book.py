"""The commands of a session that may have to be carried out (again) by its next process."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from gradtape.sessions.messages import Command, RunCommand
from gradtape.sessions.protocol import Done, Perform, SnapshotTaken
from gradtape.store.session_store import StoredCommand

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
MAX_DEATHS = 3  # of processes in a row at the same command, before it is dropped


@dataclass
class Entry:
    """A command that the last snapshot does not hold all effects of."""

    number: int
    command: Command
    until: int | None = None
    is_done: bool = False

    def to_message(self) -> Perform:
        """What a process is told."""
        return Perform(number=self.number, command=self.command, until=self.until)


class CommandBook:
    """What a process has to do so that the session stands where it should.

    Args:
        stored: commands after the last snapshot, in order.
        covers: the last command that the snapshot holds.
    """

    def __init__(self, stored: Iterable[StoredCommand] = (), *, covers: int = 0) -> None:
        self._entries = {
            stored.number: Entry(stored.number, COMMAND.validate_json(stored.command), stored.until)
            for stored in stored
        }
        self._last_number = max(self._entries, default=covers)
        self._under_way: int | None = None
        self._deadly: int | None = None
        self._deaths = 0

    @property
    def waiting(self) -> int:
        """How many commands are still to be carried out, the one under way included."""
        return sum(not entry.is_done for entry in self._entries.values())

    @property
    def is_empty(self) -> bool:
        """Whether the snapshot alone says how the session stands."""
        return not self._entries

    def take_number(self) -> int:
        """The number of the next command."""
        self._last_number += 1
        return self._last_number

    def add(self, number: int, command: Command) -> Entry:
        """Note a command once it is stored."""
        entry = self._entries[number] = Entry(number, command)
        return entry

    def begin(self, number: int) -> None:
        """The process has begun with a command."""
        self._under_way = number

    def finish(self, done: Done) -> Entry | None:
        """The process has carried out a command.

        Returns:
            The entry if it has to be done again by a process that begins before it. A pause and
            what failed do not: None.
        """
        if done.number == self._under_way:
            self._under_way = None
        if done.number == self._deadly:
            self._deadly, self._deaths = None, 0
        entry = self._entries[done.number]
        is_run = isinstance(entry.command, RunCommand)
        if entry.command.kind == "pause" or (done.failed and not is_run):
            del self._entries[done.number]
            return None
        entry.is_done = True
        if is_run:
            # It may have been paused, or have failed: doing it again has to end there too.
            entry.until = done.iteration
        elif done.meanwhile and entry.until is None:
            # To be done again in the middle of its run, before the same iteration.
            entry.until = done.iteration
        return entry

    def cover(self, snapshot: SnapshotTaken) -> None:
        """Forget what a stored snapshot holds."""
        # The next process begins further on: whatever it dies of is another matter.
        self._deadly, self._deaths = None, 0
        for number in [number for number in self._entries if number <= snapshot.covers]:
            del self._entries[number]
        if snapshot.run is not None and snapshot.run in self._entries:
            self._entries[snapshot.run].until = snapshot.until

    def begin_anew(self) -> list[Entry]:
        """A new process stands where the snapshot does: everything is to be done (again)."""
        for entry in self._entries.values():
            entry.is_done = False
        return list(self._entries.values())

    def note_death(self) -> Entry | None:
        """The process has ended.

        Returns:
            The command that it ended at once too often, which is dropped.
        """
        number, self._under_way = self._under_way, None
        if number is None:
            return None
        if number != self._deadly:
            self._deadly, self._deaths = number, 0
        self._deaths += 1
        return self._entries.pop(number) if self._deaths >= MAX_DEATHS else None
