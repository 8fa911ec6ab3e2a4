"""Metrics of each iteration: kept as tensors while training, as numbers once asked for."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.private_torch import l2_norms
from gradtape.limits import MAX_METRIC_ROWS
from gradtape.tape.metrics import Metrics

PENDING_ROWS = 256  # rows turned into numbers at once; a few kB of small tensors


class MetricsLog:
    """One row per iteration, in order.

    Args:
        parameters: their names, in the order of the norms.
    """

    def __init__(self, parameters: Sequence[str]) -> None:
        self.parameters = tuple(parameters)
        self._iterations: list[int] = []
        self._rows: list[list[float]] = []
        self._pending: list[tuple[int, float, list[Tensor]]] = []
        self._taken = 0
        self.last_iteration: int | None = None

    def append(
        self,
        iteration: int,
        loss: Tensor,
        learning_rate: float,
        gradients: Sequence[Tensor | None],
        parameters: Sequence[Tensor],
    ) -> None:
        """Note one iteration without waiting for its numbers.

        Args:
            loss: scalar.
            gradients: per parameter; None counts as norm 0.
            parameters: as they were before the update.
        """
        present = [gradient for gradient in gradients if gradient is not None]
        measured = [*present, *parameters]
        norms = l2_norms(measured) if measured else ()
        if len(present) < len(gradients):
            arrived, zero = iter(norms), loss.new_zeros(())
            told = [zero if gradient is None else next(arrived) for gradient in gradients]
            norms = [*told, *arrived]
        self.last_iteration = iteration
        scalars = [loss.detach(), *norms]
        self._pending.append((iteration, learning_rate, scalars))
        if len(self._pending) >= PENDING_ROWS:
            self._settle()

    def columns(self, since: int = 0) -> Metrics:
        """The rows of iterations from `since` on."""
        self._settle()
        first = bisect_left(self._iterations, since)
        return self._to_columns(self._iterations[first:], self._rows[first:])

    def take_new(self) -> Metrics | None:
        """The rows since the last take, if any."""
        self._settle()
        taken, self._taken = self._taken, len(self._rows)
        if taken == len(self._rows):
            return None
        return self._to_columns(self._iterations[taken:], self._rows[taken:])

    def drop_from(self, iteration: int) -> None:
        """Forget this iteration and later ones: they are about to run again."""
        self._settle()
        while self._iterations and self._iterations[-1] >= iteration:
            self._iterations.pop()
            self._rows.pop()
        self._taken = min(self._taken, len(self._rows))
        self.last_iteration = self._iterations[-1] if self._iterations else None

    def to_tensor(self) -> Tensor:
        """All rows, each beginning with its iteration, for `load`.

        Returns:
            shape (rows, 3 + 2 · parameters), float64.
        """
        self._settle()
        count, width = len(self._rows), 2 + 2 * len(self.parameters)
        table = np.empty((count, 1 + width))
        table[:, 0] = self._iterations
        # One flat pass: a long run has millions, and a snapshot takes them every second.
        flat = np.fromiter(chain.from_iterable(self._rows), np.float64, count * width)
        table[:, 1:] = flat.reshape(count, width)
        return torch.from_numpy(table)

    def load(self, rows: Tensor) -> None:
        """Take over the rows that `to_tensor` gave to an earlier process; they count as taken."""
        self._iterations = [int(number) for number in rows[:, 0].tolist()]
        self._rows = rows[:, 1:].tolist()
        self._pending.clear()
        self._taken = len(self._rows)
        self.last_iteration = self._iterations[-1] if self._iterations else None

    def _to_columns(self, iterations: list[int], rows: list[list[float]]) -> Metrics:
        width = 2 + 2 * len(self.parameters)
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
        middle = 2 + len(self.parameters)
        # Floats straight from torch: nothing to validate, and a long run has millions.
        return Metrics.model_construct(
            iteration=iterations,
            loss=columns[0],
            learning_rate=columns[1],
            gradient_norm=dict(zip(self.parameters, columns[2:middle], strict=True)),
            parameter_norm=dict(zip(self.parameters, columns[middle:], strict=True)),
        )

    def _settle(self) -> None:
        if not self._pending:
            return
        width = len(self._pending[0][2])
        flat = torch.stack([scalar for row in self._pending for scalar in row[2]])
        numbers = flat.to("cpu", torch.float64).reshape(-1, width).tolist()
        for (iteration, learning_rate, _), row in zip(self._pending, numbers, strict=True):
            self._iterations.append(iteration)
            self._rows.append([row[0], learning_rate, *row[1:]])
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
