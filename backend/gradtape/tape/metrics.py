"""Metrics of a run: one entry per iteration, by columns."""

from pydantic import Field

from gradtape.tape.numbers import Number, Plain


class Metrics(Plain):
    """Columns, one entry per iteration, in order."""

    iteration: list[int]
    loss: list[Number]
    learning_rate: list[Number]
    gradient_norm: dict[str, list[Number]] = Field(description="L2 norm, by parameter.")
    parameter_norm: dict[str, list[Number]] = Field(
        description="L2 norm before the update, by parameter."
    )
