"""The frame of a tape: the numbers of one iteration for a structure."""

from pydantic import Field, InstanceOf
from pydantic.json_schema import SkipJsonSchema

from gradtape.tape.bad_number import BadNumber
from gradtape.tape.numbers import Number, Plain

Blob = InstanceOf[bytes] | InstanceOf[memoryview]  # not copied to be checked: it is megabytes

Floats = Number | list[Number]
StepConstants = dict[int, dict[str, Floats]]
"""Op of the update → the floats among its plain arguments, by name."""


class Statistics(Plain):
    """Exact summary of a tensor that is too large to travel whole.

    Mean, deviation (divided by n), min, max and norm are over the finite numbers only.
    """

    min: Number
    max: Number
    mean: Number
    std: Number
    l2_norm: Number
    zero_share: float = Field(description="Between 0 and 1.")
    non_finite: int = Field(description="How many numbers are NaN or infinite.")


class Frame(Plain):
    """One iteration's numbers. The blob itself travels beside the JSON."""

    structure_hash: str
    iteration: int
    loss: Number | None
    metrics: dict[str, Number]
    step_constants: StepConstants = Field(
        default={},
        description="By op of the update: the floats that the optimizer gave to it, as Adam's"
        " step size, which is another in each iteration.",
    )
    statistics: dict[int, Statistics] = Field(
        description="By slot, for each slot that is not full."
    )
    bad_number: BadNumber | None = Field(
        default=None, description="The first one that is not finite, if any is not."
    )
    blob: SkipJsonSchema[Blob] = Field(
        exclude=True, repr=False, description="float32, little-endian, laid out by structure.slots."
    )
