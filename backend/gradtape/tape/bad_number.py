"""The first number of an iteration that is not finite, and what it came from."""

from pydantic import Field

from gradtape.tape.numbers import Number, Plain
from gradtape.tape.structure import Phase


class OperandThere(Plain):
    """What an operand holds at the place of a bad number."""

    tensor: int
    index: tuple[int, ...] | None = Field(
        description="Where; None if each number of the result is made of many of the operand."
    )
    value: Number | None = Field(description="None where index is.")


class BadNumber(Plain):
    """The first op whose result holds NaN or infinity while its operands do not."""

    op: int
    phase: Phase
    tensor: int = Field(description="The result.")
    index: tuple[int, ...] = Field(description="Of the first bad number in it.")
    value: Number
    operands: tuple[OperandThere, ...]
    message: str = Field(description="In words, with the numbers put in.")
