"""How two recordings differ, number by number."""

from pydantic import Field

from gradtape.tape.numbers import Number, Plain
from gradtape.tape.structure import Role


class NumberChange(Plain):
    """One number, and what became of it."""

    index: tuple[int, ...]
    before: Number
    after: Number


class ComparedTensor(Plain):
    """A tensor of either tape, and what it is called."""

    tensor: int = Field(description="Its id.")
    role: Role
    name: str | None
    of: str | None = Field(description="Gradient or updated: the name of which tensor.")


class TensorDifference(ComparedTensor):
    """A tensor of which at least one number is another one; its id is that on the later tape."""

    tensor_before: int = Field(description="Its id on the earlier tape.")
    numbers: int = Field(description="How many it holds.")
    changed: int = Field(description="How many of them are others.")
    largest: NumberChange = Field(description="That changed most; NaN and infinities first.")
    norm_before: Number = Field(description="L2 norm.")
    norm_after: Number


class Difference(Plain):
    """Two recordings side by side.

    Compared are inputs, parameters, buffers, the results of forward ops, whole gradients with
    their arriving parts, and updated parameters. Views hold no numbers of their own, and what a
    node computes on the way to a gradient is seen in the gradient.
    """

    iteration_before: int
    iteration_after: int
    replaced: bool = Field(
        description="The earlier one is what the later one was recorded in place of."
    )
    same_structure: bool = Field(
        description="If not, tensors are matched by what they are called and where they were made."
    )
    compared: int = Field(description="How many tensors are on both tapes.")
    changed: int = Field(description="How many of them differ.")
    tensors: tuple[TensorDifference, ...] = Field(
        description="Those that differ, the largest change first; a limited number."
    )
    only_before: tuple[ComparedTensor, ...] = Field(
        description="Tensors of the earlier tape alone: with other ops, or another shape …"
    )
    only_after: tuple[ComparedTensor, ...] = Field(description="… and of the later one.")
