"""Finds the first op that made NaN or infinity out of finite numbers."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gradtape.tape.bad_number import BadNumber, OperandThere
from gradtape.tape.numbers import to_json_number
from gradtape.tape.structure import Op, Structure

ValueOf = Callable[[int], Tensor | None]


def find_bad_number(structure: Structure, value_of: ValueOf) -> BadNumber | None:
    """The first one in the order in which the ops ran; None if all numbers are finite.

    Args:
        structure: what ran.
        value_of: tensor id → its numbers, None where there are none.
    """
    known: dict[int, bool] = {}

    def is_bad(number: int) -> bool:
        if number not in known:
            known[number] = not _is_finite(value_of(number))
        return known[number]

    for op in structure.ops:
        made = [result for result in op.results if result not in op.operands]
        bad = next((result for result in made if is_bad(result)), None)
        value = None if bad is None else value_of(bad)
        if bad is not None and value is not None and not any(map(is_bad, op.operands)):
            return _describe(op, bad, value.detach(), structure, value_of)
    return None


def _is_finite(value: Tensor | None) -> bool:
    if value is None or not (value.is_floating_point() or value.is_complex()) or value.is_meta:
        return True
    if value.layout is not torch.strided:
        return True
    return bool(torch.isfinite(value.detach()).all())


def _describe(
    op: Op, result: int, bad: Tensor, structure: Structure, value_of: ValueOf
) -> BadNumber:
    index = tuple(torch.nonzero(~torch.isfinite(bad))[0].tolist()) if bad.dim() else ()
    number = _real(bad[index])
    pointwise = _is_pointwise(op.name)
    operands = tuple(
        _there(operand, bad, index, value_of)
        if pointwise
        else OperandThere(tensor=operand, index=None, value=None)
        for operand in op.operands
    )
    return BadNumber(
        op=op.id,
        phase=op.phase,
        tensor=result,
        index=index,
        value=number,
        operands=operands,
        message=_say(op, number, operands, structure, value_of),
    )


def _there(operand: int, result: Tensor, index: tuple[int, ...], value_of: ValueOf) -> OperandThere:
    value = value_of(operand)
    place = None if value is None else _place_in(tuple(value.shape), tuple(result.shape), index)
    if value is None or place is None:
        return OperandThere(tensor=operand, index=None, value=None)
    return OperandThere(tensor=operand, index=place, value=_real(value.detach()[place]))


def _place_in(
    shape: tuple[int, ...], result: tuple[int, ...], index: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Where an operand that broadcasts to the result has the number that came there."""
    if len(shape) > len(result):
        return None
    sizes, places = result[len(result) - len(shape) :], index[len(index) - len(shape) :]
    if any(size not in (1, full) for size, full in zip(shape, sizes, strict=True)):
        return None
    return tuple(0 if size == 1 else place for size, place in zip(shape, places, strict=True))


def _real(number: Tensor) -> float:
    # Of a complex number its size: it is NaN or infinite where a part of it is.
    return float(number.abs() if number.is_complex() else number)


def _is_pointwise(name: str) -> bool:
    """Whether each number of an op's result is made of one number of each operand."""
    namespace, _, op = name.partition(".")
    packet = getattr(getattr(torch.ops, namespace), op, None)
    if packet is None:
        return False
    overloads = (getattr(packet, overload) for overload in packet.overloads())
    return any(torch.Tag.pointwise in overload.tags for overload in overloads)


def _say(
    op: Op,
    number: float,
    operands: Sequence[OperandThere],
    structure: Structure,
    value_of: ValueOf,
) -> str:
    told: list[str] = []
    for each in operands:
        name = structure.tensors[each.tensor].name or f"tensor {each.tensor}"
        value = value_of(each.tensor)
        if each.value is not None:
            told.append(f"{name} = {each.value:.6g}")
        elif value is not None and value.numel() and value.is_floating_point():
            told.append(f"{name} (up to {value.detach().abs().max().item():.3g} in size)")
    op_name = op.name.rpartition(".")[2]
    made_of = f" of {', '.join(told)}" if told else ""
    return f"op {op.id}, {op_name}, in the {op.phase} pass made {to_json_number(number)}{made_of}"
