"""The checkpoints of recorded iterations, thinned so that they fit."""

from collections.abc import Iterator, Mapping

from gradtape import limits
from gradtape.engine.training.checkpoint import Checkpoint
from gradtape.errors import UnknownIteration


class KeptCheckpoints(Mapping[int, Checkpoint]):
    """By iteration, rising."""

    def __init__(self, kept: Mapping[int, Checkpoint]) -> None:
        self._kept = dict(sorted(kept.items()))

    def __getitem__(self, iteration: int) -> Checkpoint:
        return self._kept[iteration]

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def number_of(self, iteration: int | None) -> int:
        """The iteration, if it is kept.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        if not self._kept:
            raise UnknownIteration("no iteration is recorded yet; send the command record first")
        number = next(reversed(self._kept)) if iteration is None else iteration
        if number not in self._kept:
            known = ", ".join(map(str, list(self._kept)[:20]))
            raise UnknownIteration(f"iteration {number} is not recorded; recorded are {known}")
        return number

    def keep(self, checkpoint: Checkpoint) -> list[int]:
        """Keep one more, which lies after all others; returns the iterations given up for it."""
        self._kept[checkpoint.iteration] = checkpoint
        return self._thin()

    def drop_from(self, iteration: int) -> list[int]:
        """Give up this iteration and all that follow; returns those that were kept."""
        if not self._kept or next(reversed(self._kept)) < iteration:
            return []  # asked before every iteration, and nearly always so
        return self._drop([number for number in self._kept if number >= iteration])

    def _thin(self) -> list[int]:
        given_up: list[int] = []
        while len(self._kept) > 2 and (
            len(self._kept) > limits.MAX_RECORDED_ITERATIONS
            or self._size_bytes > limits.MAX_CHECKPOINT_BYTES
        ):
            # Every other one goes; the first and the newest stay.
            given_up += self._drop(list(self._kept)[1:-1:2])
        return given_up

    def _drop(self, iterations: list[int]) -> list[int]:
        for iteration in iterations:
            del self._kept[iteration]
        return iterations

    @property
    def _size_bytes(self) -> int:
        return sum(checkpoint.size_bytes for checkpoint in self._kept.values())
