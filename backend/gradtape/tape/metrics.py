"""Metrics of a run by columns: one entry per iteration, and what is measured now and then."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Self, TypeVar

from pydantic import Field

from gradtape.tape.numbers import Number, Plain

T = TypeVar("T")

Choose = Callable[[list[int]], Sequence[int]]
"""Which rows to keep, by the iterations of all rows."""


class UpdateMetrics(Plain):
    """How far updates moved the parameters, in every `update_norms_every`-th iteration."""

    iteration: list[int] = Field(default=[])
    norm: dict[str, list[Number]] = Field(
        default={}, description="L2 norm of the change by the update, by parameter."
    )
    parameter_norm: dict[str, list[Number]] = Field(
        default={}, description="L2 norm of the parameter before the update, by parameter."
    )
    ratio: dict[str, list[Number]] = Field(
        default={},
        description="The first norm, divided by the second; infinite where the parameter was zero.",
    )

    @classmethod
    def joined(cls, parts: Sequence["UpdateMetrics"]) -> Self:
        """The same columns, one part after the other."""
        return cls.model_construct(
            iteration=_chain(part.iteration for part in parts),
            norm=_chain_named([part.norm for part in parts]),
            parameter_norm=_chain_named([part.parameter_norm for part in parts]),
            ratio=_chain_named([part.ratio for part in parts]),
        )

    def pick(self, choose: Choose) -> Self:
        """Some of the rows."""
        rows = choose(self.iteration)
        return self.model_construct(
            iteration=_take(self.iteration, rows),
            norm=_take_named(self.norm, rows),
            parameter_norm=_take_named(self.parameter_norm, rows),
            ratio=_take_named(self.ratio, rows),
        )


class ValidationMetrics(Plain):
    """Measured on the samples that are set aside, before every `validation.every`-th iteration."""

    iteration: list[int] = Field(default=[])
    loss: list[Number] = Field(default=[], description="Without penalties.")
    accuracy: list[Number] = Field(
        default=[], description="Share of right answers; empty where there are no classes."
    )

    @classmethod
    def joined(cls, parts: Sequence["ValidationMetrics"]) -> Self:
        """The same columns, one part after the other."""
        return cls.model_construct(
            iteration=_chain(part.iteration for part in parts),
            loss=_chain(part.loss for part in parts),
            accuracy=_chain(part.accuracy for part in parts),
        )

    def pick(self, choose: Choose) -> Self:
        """Some of the rows."""
        rows = choose(self.iteration)
        return self.model_construct(
            iteration=_take(self.iteration, rows),
            loss=_take(self.loss, rows),
            accuracy=_take(self.accuracy, rows),
        )


class Metrics(Plain):
    """Columns, one entry per iteration, in order; `updates` and `validation` have their own."""

    iteration: list[int]
    loss: list[Number]
    learning_rate: list[Number]
    accuracy: list[Number] = Field(
        default=[],
        description="Share of right answers in the batch; empty where there are no classes.",
    )
    gradient_norm: dict[str, list[Number]] = Field(
        description="L2 norm before any clipping, by parameter."
    )
    updates: UpdateMetrics = Field(default=UpdateMetrics())
    validation: ValidationMetrics = Field(default=ValidationMetrics())

    @property
    def value_count(self) -> int:
        """How many numbers it holds."""
        dense = 3 + bool(self.accuracy) + len(self.gradient_norm)
        return (
            dense * len(self.iteration)
            + (1 + 3 * len(self.updates.norm)) * len(self.updates.iteration)
            + (2 + bool(self.validation.accuracy)) * len(self.validation.iteration)
        )

    @classmethod
    def joined(cls, parts: Sequence["Metrics"]) -> Self:
        """The same columns, one part after the other."""
        # Floats straight from torch: nothing to validate.
        return cls.model_construct(
            iteration=_chain(part.iteration for part in parts),
            loss=_chain(part.loss for part in parts),
            learning_rate=_chain(part.learning_rate for part in parts),
            accuracy=_chain(part.accuracy for part in parts),
            gradient_norm=_chain_named([part.gradient_norm for part in parts]),
            updates=UpdateMetrics.joined([part.updates for part in parts]),
            validation=ValidationMetrics.joined([part.validation for part in parts]),
        )

    def pick(self, choose: Choose) -> Self:
        """Some of the rows; `choose` is asked for each of the three lists of iterations."""
        rows = choose(self.iteration)
        return self.model_construct(
            iteration=_take(self.iteration, rows),
            loss=_take(self.loss, rows),
            learning_rate=_take(self.learning_rate, rows),
            accuracy=_take(self.accuracy, rows),
            gradient_norm=_take_named(self.gradient_norm, rows),
            updates=self.updates.pick(choose),
            validation=self.validation.pick(choose),
        )


def _chain(columns: Iterable[list[T]]) -> list[T]:
    return list(chain.from_iterable(columns))


def _chain_named(parts: Sequence[Mapping[str, list[T]]]) -> dict[str, list[T]]:
    return {name: _chain(part[name] for part in parts) for name in parts[0]}


def _take(column: list[T], rows: Sequence[int]) -> list[T]:
    return [column[row] for row in rows] if column else []


def _take_named(columns: Mapping[str, list[T]], rows: Sequence[int]) -> dict[str, list[T]]:
    return {name: _take(column, rows) for name, column in columns.items()}
