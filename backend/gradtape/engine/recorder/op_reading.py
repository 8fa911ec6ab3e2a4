"""Reading one dispatched op: its operands, constants, results, and what it writes."""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from pydantic import JsonValue
from torch import Tensor

from gradtape.errors import InvalidRecording
from gradtape.tape.frame import Floats
from gradtape.tape.numbers import from_json_number, to_json_number

# Updates the running statistics without its schema saying so, if its argument `training` is true.
BATCH_NORMS = frozenset(
    {"aten.native_batch_norm", "aten.cudnn_batch_norm", "aten.miopen_batch_norm"}
)
RUNNING_STATISTICS = frozenset({"running_mean", "running_var"})

UNINITIALISED = frozenset(
    {"aten.empty", "aten.empty_like", "aten.empty_strided", "aten.new_empty"}
    | {"aten.new_empty_strided"}
)
"""Ops whose result holds whatever the memory held: not a value, and not the same twice."""

NESTED = "aten._nested_"  # how the names of ops begin that make tensors of rows of unlike lengths

WORKING_MEMORY = {"aten._ctc_loss": (1,), "aten.mkldnn_rnn_layer": (3,)}
"""Results, by position, of which an op fills only what it needs."""


class OpForm:
    """What is the same for every run of an op: its name, its arguments' names, what it writes.

    Attributes:
        run: calls the op.
        is_view: whether its result shows memory of an operand.
        unfilled: whether it gives memory that it has not filled, or not all of it.
        watched: false for the profiler's markers, which travel as ops but compute nothing.
    """

    __slots__ = (
        "arguments",
        "func",
        "is_view",
        "name",
        "run",
        "unfilled",
        "uninitialised",
        "watched",
        "working_memory",
        "written",
    )

    def __init__(self, func: Any) -> None:
        self.func = func
        self.run = func._op  # what calling `func` calls, without a Python frame around it
        schema = func._schema
        self.name = f"{func.namespace}.{schema.name.split('::')[1]}"
        if self.name.startswith(NESTED):
            raise InvalidRecording(
                f"{self.name} makes a nested tensor: it has no shape of numbers that a tape could"
                " hold; record with padded tensors instead"
            )
        self.arguments = tuple(argument.name for argument in schema.arguments)
        self.written = frozenset(
            argument.name
            for argument in schema.arguments
            if argument.alias_info is not None and argument.alias_info.is_write
        ) | (RUNNING_STATISTICS if self.name in BATCH_NORMS else frozenset())
        self.is_view = not self.written and any(
            argument.alias_info is not None for argument in schema.arguments
        )
        self.uninitialised = self.name in UNINITIALISED
        self.working_memory = WORKING_MEMORY.get(self.name, ())
        self.unfilled = self.uninitialised or self.name in WORKING_MEMORY
        self.watched = func.namespace != "profiler"

    def written_among(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> list[Tensor]:
        """The tensors that a run with these arguments writes to."""
        if self.name in BATCH_NORMS and not args[self.arguments.index("training")]:
            return []
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


class Arguments(NamedTuple):
    """The arguments of one run of an op.

    Attributes:
        operands: tensors in order, with repeats.
        constants: plain arguments by name, as JSON can carry them.
        plain: what is no tensor, as torch gave it: by position and by name, None for a tensor.
    """

    operands: list[Tensor]
    constants: dict[str, JsonValue]
    plain: tuple[list[Any], dict[str, Any]]


def read_arguments(form: OpForm, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Arguments:
    """Sort an op's arguments."""
    operands: list[Tensor] = []
    constants: dict[str, JsonValue] = {}
    positional: list[Any] = []
    for name, value in zip(form.arguments, args, strict=False):
        if isinstance(value, Tensor):
            operands.append(value)
            positional.append(None)
        elif value.__class__ in SIMPLE or _is_simple_list(value):
            constants[name] = value
            positional.append(value)
        else:
            positional.append(_sort_in(operands, constants, name, value))
    named = {
        name: _sort_in(operands, constants, name, value) for name, value in (kwargs or {}).items()
    }
    return Arguments(operands, constants, (positional, named))


def _is_simple_list(value: Any) -> bool:
    """Whether an argument is a list of sizes, of dimensions: most lists are."""
    return value.__class__ is list and SIMPLE.issuperset(map(type, value))


def _sort_in(operands: list[Tensor], constants: dict[str, JsonValue], name: str, value: Any) -> Any:
    """Note an argument of any kind; returns it if it is plain."""
    tensors = tensors_in(value)
    if not tensors:
        constants[name] = to_plain(value)
        return value
    operands.extend(tensors)
    if not isinstance(value, Tensor) and len(tensors) != len(value):
        constants[name] = [to_plain(each) for each in value]  # x[:, i] indexes with [None, i]
    return None


def split_floats(
    constants: dict[str, JsonValue],
) -> tuple[dict[str, JsonValue], dict[str, Floats]]:
    """Constants without floats, and those that are floats or lists of floats."""
    fixed: dict[str, JsonValue] = {}
    floats: dict[str, Floats] = {}
    for name, value in constants.items():
        read = from_json_number(value)
        if isinstance(read, float):
            floats[name] = read
        elif isinstance(value, list) and any(isinstance(each, float) for each in value):
            floats[name] = [float(from_json_number(each)) for each in value]
        else:
            fixed[name] = value
    return fixed, floats


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
    if isinstance(value, Tensor):
        return "tensor"
    return torch_name(value)


SIMPLE = frozenset({int, bool, str, type(None)})


@lru_cache(maxsize=256)
def torch_name(value: Any) -> str:
    """A dtype, layout, device or memory format by its name without `torch.`: `float32`."""
    return str(value).removeprefix("torch.")
