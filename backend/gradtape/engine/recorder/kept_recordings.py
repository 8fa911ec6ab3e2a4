"""The recordings that are held in memory, within a budget."""

from collections import OrderedDict
from collections.abc import Collection

from gradtape import limits
from gradtape.engine.recorder.recording import Recording


class KeptRecordings:
    """By iteration; those that were asked for longest ago go first.

    Attributes:
        replaced: of the iteration that was last recorded again, the recording before.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Recording] = OrderedDict()
        self.replaced: Recording | None = None

    def find(self, iteration: int) -> Recording | None:
        """The recording of an iteration, if it is still held."""
        recording = self._kept.get(iteration)
        if recording is not None:
            self._kept.move_to_end(iteration)
        return recording

    def keep(self, recording: Recording) -> None:
        """Hold on to a recording, and let go of others if there are too many bytes."""
        self._kept[recording.iteration] = recording
        total = sum(kept.bytes_held for kept in self._kept.values())
        if self.replaced is not None:
            total += self.replaced.bytes_held
            if total > limits.MAX_RECORDING_BYTES:
                total -= self.replaced.bytes_held
                self.replaced = None
        while total > limits.MAX_RECORDING_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            total -= dropped.bytes_held

    def drop(self, iterations: Collection[int]) -> None:
        """Let go of these."""
        for iteration in iterations:
            self._kept.pop(iteration, None)

    def drop_from(self, iteration: int) -> None:
        """Let go of what follows an iteration, which is about to run again."""
        self.replaced = self._kept.get(iteration)
        self.drop([number for number in self._kept if number >= iteration])
