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


class OpForm:
    """What is the same for every run of an op: its name, its arguments' names, what it writes."""

    __slots__ = ("arguments", "func", "name", "written")

    def __init__(self, func: Any) -> None:
        self.func = func
        schema = func._schema
        self.name = f"{func.namespace}.{schema.name.split('::')[1]}"
        self.arguments = tuple(argument.name for argument in schema.arguments)
        self.written = frozenset(
            argument.name
            for argument in schema.arguments
            if argument.alias_info is not None and argument.alias_info.is_write
        ) | frozenset(UNDECLARED_WRITES.get(self.name, ()))


class OpForms:
    """The forms of ops met so far.

    By id(), because hashing an op runs Python code in torch; each form keeps its op alive.
    """

    def __init__(self) -> None:
        self._forms: dict[int, OpForm] = {}

    def of(self, func: Any) -> OpForm:
        """The form of a dispatched op."""
        form = self._forms.get(id(func))
        if form is None:
            form = self._forms[id(func)] = OpForm(func)
        return form


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors of an argument or a result, in order: itself, or a flat list of them."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [item for item in value if isinstance(item, Tensor)]
    return []


def read_arguments(
    form: OpForm, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[list[Tensor], dict[str, JsonValue], list[Tensor]]:
    """Operands in order, plain arguments by name, and the operands that the op writes."""
    operands: list[Tensor] = []
    constants: dict[str, JsonValue] = {}
    written: list[Tensor] = []
    named = zip(form.arguments, args, strict=False)
    for name, value in (*named, *kwargs.items()) if kwargs else named:
        if isinstance(value, Tensor):  # by far the most; a recording runs this for every op
            operands.append(value)
            if name in form.written:
                written.append(value)
        elif tensors := tensors_in(value):
            operands += tensors
            if name in form.written:
                written += tensors
        else:
            constants[name] = to_plain(value)
    return operands, constants, written


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
