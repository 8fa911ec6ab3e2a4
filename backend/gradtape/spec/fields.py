"""What a field of a spec may hold: closed, frozen models, and numbers, pairs and shapes in range.

Pydantic's own errors are translated in problems.py. A validator here raises `refuse(...)`, which
already carries our words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gradtape import limits
from gradtape.spec.wording import describe_value, suggest

LARGEST_COUNT = 2**31 - 1  # sizes; torch counts a dimension's elements in 32 bits on some devices
LARGEST_REAL = 1e30  # torch refuses scalars beyond float32's 3.4e38; room for one product
LARGEST_RATE = 1e9  # learning rates and decays; products of several stay below LARGEST_REAL
MAX_SAMPLE_DIMENSIONS = 6  # of one generated sample; images have three, volumes four
LARGEST_SEED = 2**63 - 1  # what torch.Generator.manual_seed takes

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"


@dataclass(frozen=True)
class FormControl:
    """How a form shows a field whose annotation does not say it: `pair`, `shape`, `values`, …"""

    name: str


class Part(BaseModel, frozen=True):
    """Base of everything in a spec: immutable, closed, and without silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Choice(Part, frozen=True):
    """Base of the parts that come in kinds. The docstring of a kind is its description."""

    title: ClassVar[str]

    kind: str


def refuse(code: str, message: str, *steps: int | str, **details: Any) -> PydanticCustomError:
    """An error in our own words.

    Args:
        code: becomes the code of the error shape.
        message: what was received, what is allowed; the path goes in front by itself.
        steps: where, counted from the field that is being validated.
        details: plain facts for programs.
    """
    context = {"message": message, "steps": steps, "details": details}
    return PydanticCustomError(cast(Any, code), "{message}", context)


def to_whole(value: Any) -> Any:
    """8.0 as 8: to JSON they are the same number. Anything else unchanged."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def to_pair(value: Any) -> Any:
    """One number for both dimensions, as torch takes it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (value, value)
    if isinstance(value, list | tuple):
        return to_two(cast(Any, value))
    raise refuse(
        "wrong_type", f"must be a number or a list of two numbers; got {describe_value(value)}."
    )


def to_triple(value: Any) -> Any:
    """One number for all three dimensions, as torch takes it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (value, value, value)
    if isinstance(value, list | tuple) and len(cast(Any, value)) == 3:
        return tuple(cast(Any, value))
    raise refuse(
        "wrong_type", f"must be a number or a list of three numbers; got {describe_value(value)}."
    )


def to_two(value: Any) -> Any:
    """A list of two numbers, as torch takes betas."""
    if isinstance(value, list | tuple) and len(cast(Any, value)) == 2:
        return tuple(cast(Any, value))
    raise refuse("wrong_type", f"must be a list of two numbers; got {describe_value(value)}.")


def to_sizes(value: Any) -> Any:
    """A whole number or a list of them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(cast(Any, value))
    raise refuse(
        "wrong_type",
        f"must be a whole number or a list of whole numbers; got {describe_value(value)}.",
    )


def models_of(union: Any) -> tuple[type[Choice], ...]:
    """The models that a union of kinds is made of, in the order in which they are written."""
    return get_args(union)


def kind_of(model: type[Choice]) -> str:
    """The one kind of a model, as in "linear"."""
    return get_args(model.model_fields["kind"].annotation)[0]


def check_kind_of(noun: str, union: Any) -> Callable[[Any], Any]:
    """A validator that says which kinds there are before pydantic looks for the one that is meant.

    Args:
        noun: what comes in these kinds, as in "layer".
        union: the models, as in `LinearLayer | ReluLayer`.
    """
    kinds = tuple(kind_of(model) for model in models_of(union))

    def check_kind(value: Any) -> Any:
        if isinstance(value, BaseModel):
            return value
        if not isinstance(value, dict):
            raise refuse(
                "wrong_type",
                f'must be an object with a kind, as in {{"kind": "{kinds[0]}"}}; '
                f"got {describe_value(value)}.",
            )
        fields = cast(dict[Any, Any], value)
        if "kind" not in fields:
            raise refuse("missing_field", f"has no kind. Known: {', '.join(kinds)}.", "kind")
        kind = fields["kind"]
        if not isinstance(kind, str):
            message = f"must be the name of a {noun}; got {describe_value(kind)}."
            raise refuse("wrong_type", message, "kind")
        if kind not in kinds:
            hint, details = suggest(kind, kinds)
            message = f"{describe_value(kind)} is not a {noun}. {hint}"
            raise refuse("unknown_kind", message, "kind", **details)
        return cast(Any, value)

    return check_kind


def one_or_many(*, minimum: int, shortest: int, longest: int) -> WithJsonSchema:
    """The JSON schema of a field that takes a whole number or a list of them."""
    item = {"type": "integer", "minimum": minimum, "maximum": LARGEST_COUNT}
    many = {"type": "array", "items": item, "minItems": shortest, "maxItems": longest}
    return WithJsonSchema({"anyOf": [item, many]}, mode="validation")


# Ranges stand before validators: so they apply to the number itself, and JSON schemas show them.
WHOLE = BeforeValidator(to_whole)
Count = Annotated[int, Field(ge=1, le=LARGEST_COUNT), WHOLE]
Padding = Annotated[int, Field(ge=0, le=LARGEST_COUNT), WHOLE]
Real = Annotated[float, Field(ge=-LARGEST_REAL, le=LARGEST_REAL)]
NonNegative = Annotated[float, Field(ge=0, le=LARGEST_REAL)]
Rate = Annotated[float, Field(ge=0, le=LARGEST_RATE)]
Share = Annotated[float, Field(ge=0, le=1)]
"""A share of a whole, from 0 to 1."""
Decay = Annotated[float, Field(ge=0, lt=1)]
"""How much of a running average is kept per iteration, from 0 to below 1."""

CountPair = Annotated[
    tuple[Count, Count],
    BeforeValidator(to_pair),
    FormControl("pair"),
    one_or_many(minimum=1, shortest=2, longest=2),
]
PaddingPair = Annotated[
    tuple[Padding, Padding],
    BeforeValidator(to_pair),
    FormControl("pair"),
    one_or_many(minimum=0, shortest=2, longest=2),
]
CountTriple = Annotated[
    tuple[Count, Count, Count],
    BeforeValidator(to_triple),
    FormControl("triple"),
    one_or_many(minimum=1, shortest=3, longest=3),
]
PaddingTriple = Annotated[
    tuple[Padding, Padding, Padding],
    BeforeValidator(to_triple),
    FormControl("triple"),
    one_or_many(minimum=0, shortest=3, longest=3),
]
DecayPair = Annotated[
    tuple[Decay, Decay],
    BeforeValidator(to_two),
    FormControl("number_pair"),
]
Sizes = Annotated[
    tuple[Count, ...],
    Field(min_length=1, max_length=MAX_SAMPLE_DIMENSIONS),
    BeforeValidator(to_sizes),
    FormControl("shape"),
    one_or_many(minimum=1, shortest=1, longest=MAX_SAMPLE_DIMENSIONS),
]

LayerName = Annotated[str, Field(pattern=NAME_PATTERN, max_length=limits.MAX_NAME_LENGTH)]
