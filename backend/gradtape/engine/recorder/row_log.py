"""Rows of numbers, one per iteration; in a tensor until asked for where a device runs behind."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from gradtape.limits import MAX_METRIC_ROWS

PENDING_ROWS = 256  # rows turned into numbers at once; a few kB

Row = tuple[float, ...]  # the garbage collector looks at a tuple of numbers once, at a list always

Rows = tuple[list[int], list[Row]]
"""Iterations, and the row of each."""


class RowLog:
    """Rows in the order of their iterations, which need not follow one another.

    Attributes:
        width: how many numbers a row has.
        last_iteration: of the newest row.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._iterations: list[int] = []
        self._rows: list[Row] = []
        self._pending: list[tuple[int, Sequence[float]]] = []
        self._scalars: Tensor | None = None  # of the pending rows
        self._rows_of_scalars: Sequence[Tensor] = ()
        self._taken = 0
        self.last_iteration: int | None = None

    @property
    def has_new(self) -> bool:
        """Whether there are rows since the last take."""
        return bool(self._pending) or self._taken < len(self._rows)

    def append(self, iteration: int, numbers: Sequence[float], scalars: Sequence[Tensor]) -> None:
        """Note a row without waiting for its numbers: first the plain ones, then the tensors."""
        self.last_iteration = iteration
        if scalars[0].is_cpu:
            # There is nothing to wait for, and reading is cheaper than keeping.
            self._iterations.append(iteration)
            self._rows.append((*numbers, *[scalar.item() for scalar in scalars]))
            self._thin()
            return
        if self._scalars is None:
            shape = (PENDING_ROWS, len(scalars))
            dtype = torch.promote_types(scalars[0].dtype, torch.float32)
            self._scalars = torch.empty(shape, dtype=dtype, device=scalars[0].device)
            self._rows_of_scalars = self._scalars.unbind()
        # Scalars that live on would lie between the large tensors of an iteration, which then get
        # other memory each time: that costs a tenth of a small iteration.
        row = [scalar.detach().to(self._scalars.dtype) for scalar in scalars]
        torch.stack(row, out=self._rows_of_scalars[len(self._pending)])
        self._pending.append((iteration, numbers))
        if len(self._pending) >= PENDING_ROWS:
            self._settle()

    def since(self, iteration: int) -> Rows:
        """The rows of iterations from this one on."""
        self._settle()
        first = bisect_left(self._iterations, iteration)
        return self._iterations[first:], self._rows[first:]

    def take_new(self) -> Rows:
        """The rows since the last take."""
        self._settle()
        taken, self._taken = self._taken, len(self._rows)
        return self._iterations[taken:], self._rows[taken:]

    def drop_from(self, iteration: int) -> None:
        """Forget this iteration and later ones: they are about to run again."""
        if self.last_iteration is None or self.last_iteration < iteration:
            return
        self._settle()
        while self._iterations and self._iterations[-1] >= iteration:
            self._iterations.pop()
            self._rows.pop()
        self._taken = min(self._taken, len(self._rows))
        self.last_iteration = self._iterations[-1] if self._iterations else None

    def to_tensor(self) -> Tensor:
        """All rows, each beginning with its iteration, for `load`.

        Returns:
            shape (rows, 1 + width), float64.
        """
        self._settle()
        count = len(self._rows)
        table = np.empty((count, 1 + self.width))
        table[:, 0] = self._iterations
        # One flat pass: a long run has millions, and a snapshot takes them every second.
        flat = np.fromiter(chain.from_iterable(self._rows), np.float64, count * self.width)
        table[:, 1:] = flat.reshape(count, self.width)
        return torch.from_numpy(table)

    def load(self, rows: Tensor) -> None:
        """Take over the rows that `to_tensor` gave to an earlier process; they count as taken."""
        self._iterations = [int(number) for number in rows[:, 0].tolist()]
        self._rows = [tuple(row) for row in rows[:, 1:].tolist()]
        self._pending.clear()
        self._taken = len(self._rows)
        self.last_iteration = self._iterations[-1] if self._iterations else None

    def _settle(self) -> None:
        if self._scalars is None or not self._pending:
            return
        rows = self._scalars[: len(self._pending)].to("cpu", torch.float64).tolist()
        for (iteration, plain), row in zip(self._pending, rows, strict=True):
            self._iterations.append(iteration)
            self._rows.append((*plain, *row))
        self._pending.clear()
        self._thin()

    def _thin(self) -> None:
        if len(self._rows) <= MAX_METRIC_ROWS:
            return
        untaken = len(self._rows) - self._taken
        half = MAX_METRIC_ROWS // 2
        self._iterations[:half] = self._iterations[:half:2]
        self._rows[:half] = self._rows[:half:2]
        self._taken = max(0, len(self._rows) - untaken)
