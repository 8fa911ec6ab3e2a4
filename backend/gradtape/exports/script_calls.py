"""Python expressions as text. Whatever a user may have written goes through `repr`."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel


def write_call(function: str, *arguments: Any, **options: Any) -> str:
    """A call with literal arguments: `nn.Linear(2, 8, bias=False)`."""
    listed = [repr(argument) for argument in arguments]
    named = [f"{name}={value!r}" for name, value in options.items()]
    return f"{function}({', '.join([*listed, *named])})"


def changed_options(part: BaseModel, *, without: tuple[str, ...]) -> Mapping[str, Any]:
    """The fields of a part that differ from their defaults, which are torch's own.

    Args:
        without: fields that are no options of torch's, or that are said anyway.
    """
    return {
        name: shorten_sizes(getattr(part, name))
        for name, field in type(part).model_fields.items()
        if name not in without and getattr(part, name) != field.get_default()
    }


def shorten_sizes(value: Any) -> Any:
    """(3, 3) as 3, as torch takes both."""
    if not isinstance(value, tuple) or len(value) < 2:
        return value
    first, *others = cast(tuple[Any, ...], value)
    are_alike = isinstance(first, int) and all(other == first for other in others)
    return first if are_alike else cast(Any, value)
