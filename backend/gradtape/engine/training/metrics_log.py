"""Metrics of each iteration, and those that are measured now and then."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from gradtape.engine.recorder.row_log import Row, RowLog, Rows
from gradtape.engine.training.accuracy import Hits
from gradtape.tape.metrics import Metrics, UpdateMetrics, ValidationMetrics


class MetricsLog:
    """The columns of a run as they grow.

    Args:
        parameters: their names, in the order of the norms.
        classifies: whether there is an accuracy.
    """

    def __init__(self, parameters: Sequence[str], *, classifies: bool) -> None:
        self.parameters = tuple(parameters)
        self._classifies = classifies
        count = len(self.parameters)
        accuracy = 2 if classifies else 0
        self._logs = {
            # Samples compared, learning rate, loss, norms of gradients, hits.
            "iterations": RowLog(2 + count + accuracy),
            # Norms of changes, then of parameters.
            "updates": RowLog(2 * count),
            "validation": RowLog(1 + accuracy),
        }

    @property
    def last_iteration(self) -> int | None:
        """The newest one."""
        return self._logs["iterations"].last_iteration

    def append(
        self,
        iteration: int,
        loss: Tensor,
        learning_rate: float,
        gradient_norms: Sequence[Tensor],
        hits: Hits | None,
    ) -> None:
        """Note one iteration without waiting for its numbers.

        Args:
            loss: scalar.
            gradient_norms: by parameter.
            hits: right answers on the batch, where there are classes.
        """
        scalars, compared = _with_hits([loss, *gradient_norms], hits)
        self._logs["iterations"].append(iteration, (*compared, learning_rate), scalars)

    def append_updates(
        self, iteration: int, changes: Sequence[Tensor], parameters: Sequence[Tensor]
    ) -> None:
        """Note the norms of what an update changed, and of the parameters before it."""
        self._logs["updates"].append(iteration, (), [*changes, *parameters])

    def append_validation(self, iteration: int, loss: Tensor, hits: Hits | None) -> None:
        """Note a measurement on the samples that are set aside, before this iteration."""
        scalars, compared = _with_hits([loss], hits)
        self._logs["validation"].append(iteration, compared, scalars)

    def columns(self, since: int = 0) -> Metrics:
        """The rows of iterations from `since` on."""
        return self._to_columns({name: log.since(since) for name, log in self._logs.items()})

    def take_new(self) -> Metrics | None:
        """The rows since the last take, if any iteration has run since."""
        if not self._logs["iterations"].has_new:
            return None
        return self._to_columns({name: log.take_new() for name, log in self._logs.items()})

    def drop_from(self, iteration: int) -> None:
        """Forget this iteration and later ones: they are about to run again."""
        for log in self._logs.values():
            log.drop_from(iteration)

    def to_tensors(self) -> dict[str, Tensor]:
        """All rows, for `load`."""
        return {name: log.to_tensor() for name, log in self._logs.items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over the rows that `to_tensors` gave to an earlier process; they count as taken."""
        for name, log in self._logs.items():
            log.load(tensors[name])

    def _to_columns(self, rows: Mapping[str, Rows]) -> Metrics:
        iterations, dense = rows["iterations"]
        columns = _transpose(dense, self._logs["iterations"].width)
        accuracy = _take_accuracy(columns) if self._classifies else []
        learning_rate, loss, *gradient_norms = columns
        # Floats straight from torch: nothing to validate, and a long run has millions.
        return Metrics.model_construct(
            iteration=iterations,
            loss=loss,
            learning_rate=learning_rate,
            accuracy=accuracy,
            gradient_norm=self._by_parameter(gradient_norms),
            updates=self._to_updates(*rows["updates"]),
            validation=self._to_validation(*rows["validation"]),
        )

    def _to_updates(self, iterations: list[int], rows: list[Row]) -> UpdateMetrics:
        count = len(self.parameters)
        columns = _transpose(rows, 2 * count)
        norms, sizes = self._by_parameter(columns[:count]), self._by_parameter(columns[count:])
        return UpdateMetrics.model_construct(
            iteration=iterations,
            norm=norms,
            parameter_norm=sizes,
            ratio={name: list(map(_ratio, norms[name], sizes[name])) for name in self.parameters},
        )

    def _to_validation(self, iterations: list[int], rows: list[Row]) -> ValidationMetrics:
        columns = _transpose(rows, self._logs["validation"].width)
        accuracy = _take_accuracy(columns) if self._classifies else []
        return ValidationMetrics.model_construct(
            iteration=iterations, loss=columns[0], accuracy=accuracy
        )

    def _by_parameter(self, columns: list[list[float]]) -> dict[str, list[float]]:
        return dict(zip(self.parameters, columns, strict=True))


def _with_hits(scalars: list[Tensor], hits: Hits | None) -> tuple[list[Tensor], tuple[float, ...]]:
    if hits is None:
        return scalars, ()
    return [*scalars, hits.right], (hits.of,)


def _take_accuracy(columns: list[list[float]]) -> list[float]:
    """Take out the first column and the last: how many were compared, and how many were right."""
    return [right / of for of, right in zip(columns.pop(0), columns.pop(), strict=True)]


def _transpose(rows: list[Row], width: int) -> list[list[float]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _ratio(update: float, parameter: float) -> float:
    """The size of an update beside the parameter's; of a parameter that was zero it is infinite."""
    if parameter == 0:
        return 0.0 if update == 0 else float("inf")
    return update / parameter
