"""What a user does to single layers while a network runs, beside what its spec says."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradtape import limits
from gradtape.spec.fields import LARGEST_REAL
from gradtape.tape.numbers import Plain

What = Literal["freeze", "cut_value", "scale_gradient"]


class Intervention(Plain):
    """One thing that is done to one layer, from the next iteration on until it is taken back.

    `freeze`: updates leave its parameters out; their gradients are computed all the same.
    `cut_value`: its output becomes zero. `scale_gradient`: the gradient that flows back from its
    output is multiplied by `factor`, and with 0 becomes zero.
    """

    layer: str = Field(max_length=limits.MAX_NAME_LENGTH)
    what: What
    factor: float | None = Field(
        default=None, ge=-LARGEST_REAL, le=LARGEST_REAL, description="Of scale_gradient alone."
    )

    @model_validator(mode="after")
    def _has_a_factor_where_it_scales(self) -> Self:
        if self.what == "scale_gradient" and self.factor is None:
            raise PydanticCustomError(
                "missing_alternative", "factor is missing; 0 cuts the gradient", {"path": "factor"}
            )
        if self.what != "scale_gradient" and self.factor is not None:
            raise PydanticCustomError("invalid_value", "only scale_gradient has a factor")
        return self

    @property
    def words(self) -> str:
        """For a line of text: `fc1: gradient × 0.5`."""
        match self.what:
            case "freeze":
                return f"{self.layer}: frozen"
            case "cut_value":
                return f"{self.layer}: value cut"
            case "scale_gradient":
                return f"{self.layer}: gradient × {self.factor:g}"


Interventions = tuple[Intervention, ...]
"""Those in force, in the order in which they were made; each thing once for each layer."""


def add_intervention(in_force: Interventions, new: Intervention) -> Interventions:
    """With a new one, which replaces its like: a gradient has one factor."""
    others = remove_interventions(in_force, layer=new.layer, what=new.what)
    return (*others, new)


def remove_interventions(
    in_force: Interventions, *, layer: str | None, what: What | None
) -> Interventions:
    """Without those of a layer and of a sort; None stands for any."""
    return tuple(
        each
        for each in in_force
        if layer not in (None, each.layer) or what not in (None, each.what)
    )
