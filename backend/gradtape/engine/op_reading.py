"""Reading one dispatched op: its operands, constants, results, and what it writes."""

import math
from functools import lru_cache
from typing import Any

import torch
from pydantic import JsonValue
from torch import Tensor

from gradtape.tape.numbers import to_json_number

# native_batch_norm updates the running statistics without its schema saying so.
UNDECLARED_WRITES = {"aten.native_batch_norm": ("running_mean", "running_var")}

UNINITIALISED = frozenset(
    {"aten.empty", "aten.empty_like", "aten.empty_strided", "aten.new_empty"}
    | {"aten.new_empty_strided"}
)
"""Ops whose result holds whatever the memory held: not a value, and not the same twice."""


class OpForm:
    """What is the same for every run of an op: its name, its arguments' names, what it writes.

    Attributes:
        run: calls the op.
        watched: false for the profiler's markers, which travel as ops but compute nothing.
    """

    __slots__ = ("arguments", "func", "name", "run", "uninitialised", "watched", "written")

    def __init__(self, func: Any) -> None:
        self.func = func
        self.run = func._op  # what calling `func` calls, without a Python frame around it
        schema = func._schema
        self.name = f"{func.namespace}.{schema.name.split('::')[1]}"
        self.arguments = tuple(argument.name for argument in schema.arguments)
        self.written = frozenset(
            argument.name
            for argument in schema.arguments
            if argument.alias_info is not None and argument.alias_info.is_write
        ) | frozenset(UNDECLARED_WRITES.get(self.name, ()))
        self.uninitialised = self.name in UNINITIALISED
        self.watched = func.namespace != "profiler"

    def written_among(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> list[Tensor]:
        """The tensors that a run with these arguments writes to."""
        written: list[Tensor] = []
        for name, value in (*zip(self.arguments, args, strict=False), *(kwargs or {}).items()):
            if name in self.written:
                written += tensors_in(value)
        return written


class OpForms:
    """The forms of ops met so far.

    By id(), because hashing an op runs Python code in torch; each form keeps its op alive.
    """

    def __init__(self) -> None:
        self._forms: dict[int, OpForm] = {}
        self.find = self._forms.get

    def add(self, func: Any) -> OpForm:
        """The form of an op that `find` does not know."""
        form = self._forms[id(func)] = OpForm(func)
        return form


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors of an argument or a result, in order: itself, or those in lists and dicts."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []


def read_arguments(
    form: OpForm, args: tuple[Any, ...], kwargs: dict[str, Any] | None
) -> tuple[list[Tensor], dict[str, JsonValue]]:
    """Operands in order, and plain arguments by name."""
    operands: list[Tensor] = []
    constants: dict[str, JsonValue] = {}
    for name, value in (*zip(form.arguments, args, strict=False), *(kwargs or {}).items()):
        if isinstance(value, Tensor):
            operands.append(value)
        elif tensors := tensors_in(value):
            operands += tensors
        else:
            constants[name] = to_plain(value)
    return operands, constants


def to_plain(value: Any) -> JsonValue:
    """A plain argument as JSON can carry it; torch's own kinds by their name."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else to_json_number(value)
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, torch.Generator):
        return "generator"
    return torch_name(value)


@lru_cache(maxsize=256)
def torch_name(value: Any) -> str:
    """A dtype, layout, device or memory format by its name without `torch.`: `float32`."""
    return str(value).removeprefix("torch.")
