"""Python expressions as text. Whatever a user may have written goes through `repr`."""

from collections.abc import Mapping
from typing import Any

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
        name: shorten_pair(getattr(part, name))
        for name, field in type(part).model_fields.items()
        if name not in without and getattr(part, name) != field.get_default()
    }


def shorten_pair(value: Any) -> Any:
    """(3, 3) as 3, as torch takes both."""
    is_pair = isinstance(value, tuple) and len(value) == 2 and value[0] == value[1]
    return value[0] if is_pair and isinstance(value[0], int) else value
