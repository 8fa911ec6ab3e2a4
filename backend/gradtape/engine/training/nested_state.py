"""Nested state (of an optimizer) as copies of its tensors, by name, and plain data around them."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

TENSOR = "tensor"
"""The key that stands for a tensor in plain data; its value is the tensor's name."""


def take_tensors(value: Any, place: str, tensors: dict[str, Tensor]) -> Any:
    """The plain data of a value; copies of its tensors are added to `tensors`.

    Args:
        value: dicts, lists, tensors, numbers, text and None, nested.
        place: what the names of its tensors begin with.
    """
    if isinstance(value, Tensor):
        tensors[place] = value.clone()
        return {TENSOR: place}
    if isinstance(value, Mapping):
        return {
            str(key): take_tensors(part, f"{place}/{key}", tensors) for key, part in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [
            take_tensors(part, f"{place}/{number}", tensors) for number, part in enumerate(value)
        ]
    return value


def put_tensors(plain: Any, tensors: Mapping[str, Tensor]) -> Any:
    """The value that `take_tensors` was given, with copies of the copies."""
    if isinstance(plain, Mapping):
        if set(plain) == {TENSOR}:
            return tensors[plain[TENSOR]].clone()
        return {key: put_tensors(part, tensors) for key, part in plain.items()}
    if isinstance(plain, list):
        return [put_tensors(part, tensors) for part in plain]
    return plain
