"""Runs a recorded op again, from nothing but the tape: its name, its operands, its constants."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from gradtape.engine.recorder.recording import Recording
from gradtape.tape.numbers import from_json_number
from gradtape.tape.structure import Op
from tests.engine.zoo_recordings import same_bits

A_TENSOR = "tensor"
"""Stands for an operand in a list with gaps: `x[:, i]` gives aten.index `[None, i]`."""

UNINITIALISED = ("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided")
RANDOM = (
    "bernoulli_", "exponential_", "multinomial", "native_dropout", "rand", "rand_like", "randn",
    "randn_like", "randperm", "rrelu_with_noise",
)  # fmt: skip


class CannotReplay(Exception):
    """The reason why an op cannot be run again."""


def call(overload: Any, arguments: dict[str, Any]) -> tuple[list[Tensor], list[Tensor]]:
    """The results of an overload, and copies of the arguments that it writes, as it left them."""
    writes = [
        argument.name
        for argument in overload._schema.arguments
        if argument.alias_info is not None and argument.alias_info.is_write
    ]
    copies = {name: _copies(arguments[name]) for name in writes if name in arguments}
    results = overload(**{**arguments, **copies})
    return _tensors(results), [tensor for copy in copies.values() for tensor in _tensors(copy)]


def replay(op: Op, recording: Recording) -> None:
    """Run an op on its recorded operands and compare with its recorded results, bit for bit.

    Raises:
        CannotReplay: it computes nothing that could be computed again.
        AssertionError: no reading of its arguments gives what was recorded.
    """
    packet = _packet(op)
    operands = [_operand(recording, number) for number in op.operands]
    expected = [recording.tensor(number) for number in op.results]
    if not expected:
        raise CannotReplay("no results")
    told: list[str] = []
    for overload, arguments in _guesses(packet, operands, op.constants):
        try:
            results, written = call(overload, arguments)
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError) as error:
            told.append(f"{overload}: {error}"[:300])
            continue
        if _agree(expected, results, written):
            return
        told.append(f"{overload}: other numbers")
    if _is_view(packet) and any(recording.tensor(number) is None for number in op.operands):
        raise CannotReplay("shows memory that is written in part")
    if not told and any(_writes_to_given_memory(overload) for overload in _overloads(packet)):
        raise CannotReplay("writes into memory that it was given")
    raise AssertionError(f"op {op.id} {op.name}: " + ("; ".join(told) or "no overload fits"))


def _packet(op: Op) -> Any:
    """All overloads of the op's name."""
    namespace, name = op.name.split(".", 1)
    if name in UNINITIALISED:
        raise CannotReplay("memory that holds no numbers yet")
    if name in RANDOM:
        raise CannotReplay("random")
    return getattr(getattr(torch.ops, namespace), name)


def _overloads(packet: Any) -> list[Any]:
    return [getattr(packet, name) for name in packet.overloads()]


def _writes_to_given_memory(overload: Any) -> bool:
    return any(argument.is_out for argument in overload._schema.arguments)


def _is_view(packet: Any) -> bool:
    """Whether a result shows memory of an operand."""
    arguments = _overloads(packet)[0]._schema.arguments
    return any(each.alias_info is not None and not each.alias_info.is_write for each in arguments)


def _guesses(
    packet: Any, operands: list[Tensor], constants: dict[str, Any]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Overloads and arguments for them that the tape may mean; mostly there is one."""
    for overload in _overloads(packet):
        # A wrong guess at which operand is the memory to write to can end the process.
        if not _writes_to_given_memory(overload):
            for arguments in _readings(overload._schema.arguments, operands, constants):
                yield overload, arguments


def _agree(expected: Sequence[Tensor | None], results: list[Tensor], written: list[Tensor]) -> bool:
    # An op's results come first; then what it wrote without returning it, said or unsaid.
    found = [*results, *written]
    return len(results) <= len(expected) and all(
        one is None or same_bits(one, other) for one, other in zip(expected, found, strict=False)
    )


def _operand(recording: Recording, number: int) -> Tensor:
    value = recording.tensor(number)
    if value is not None:
        return value.detach()
    shown = recording.structure.tensors[number]
    dtype = getattr(torch, shown.dtype)
    # NaN, so that whatever depends on memory that was not written to shows.
    filling = torch.nan if dtype.is_floating_point or dtype.is_complex else 0
    return torch.full(shown.shape, filling, dtype=dtype, device=shown.device)


def _readings(
    parameters: Sequence[Any], operands: list[Tensor], constants: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Every way to give these operands and constants, all of them, to these parameters."""
    if not constants.keys() <= {parameter.name for parameter in parameters}:
        return
    if not parameters:
        if not operands:
            yield {}
        return
    parameter, others = parameters[0], parameters[1:]
    rest = {name: value for name, value in constants.items() if name != parameter.name}
    for value, taken in _values(parameter, operands, constants):
        given = {} if value is _LEFT_OUT else {parameter.name: value}
        for reading in _readings(others, operands[taken:], rest):
            yield {**given, **reading}


_LEFT_OUT = object()


def _values(
    parameter: Any, operands: list[Tensor], constants: dict[str, Any]
) -> Iterator[tuple[Any, int]]:
    """What a parameter may have been given, and how many operands that takes."""
    kind = str(parameter.real_type)
    if "Tensor" in kind and isinstance(constants.get(parameter.name), list):
        listed = constants[parameter.name]
        tensors = iter(operands)
        yield [None if item is None else next(tensors) for item in listed], listed.count(A_TENSOR)
        return
    if parameter.name in constants:
        yield _from_plain(constants[parameter.name], kind), 0
        return
    if "Tensor" not in kind:
        if parameter.has_default_value():
            yield _LEFT_OUT, 0
        return
    if "List" in kind:
        for taken in range(len(operands), -1, -1):
            yield operands[:taken], taken
    elif operands:
        yield operands[0], 1
    if parameter.has_default_value() or "Optional" in kind:
        yield (_LEFT_OUT if parameter.has_default_value() else None), 0


def _from_plain(value: Any, kind: str) -> Any:
    """A constant as torch takes it; the tape has torch's own kinds by their names."""
    if isinstance(value, list):
        return [_from_plain(item, kind) for item in value]
    if not isinstance(value, str):
        return value
    if "Device" in kind:
        return torch.device(value)
    if "str" in kind:
        return value
    named = getattr(torch, value, None)
    if isinstance(named, (torch.dtype, torch.layout, torch.memory_format)):
        return named
    if value.endswith(("j", "j)")):
        return complex(value)
    return from_json_number(value)


def _copies(value: Any) -> Any:
    return [item.clone() for item in value] if isinstance(value, list) else value.clone()


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [item for item in value if isinstance(item, Tensor)]
    return []
