"""Numbers as they travel: a non-finite number is data, never null and never an error."""

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

NON_FINITE_NAMES = ("NaN", "Infinity", "-Infinity")


def to_json_number(number: float) -> float | str:
    """A float as JSON can carry it: itself, or "NaN", "Infinity", "-Infinity"."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def from_json_number(value: Any) -> Any:
    """The float that one of the three names stands for; anything else unchanged."""
    return float(value) if value in NON_FINITE_NAMES else value


Number = Annotated[
    float,
    BeforeValidator(from_json_number),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string", "enum": list(NON_FINITE_NAMES)}]}
    ),
]
"""A float that may be non-finite; in JSON then one of three strings."""


class Plain(BaseModel):
    """Base of everything on this floor: immutable, closed, non-finite numbers as strings."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")
