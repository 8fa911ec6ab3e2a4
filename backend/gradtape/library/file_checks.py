"""What a file must fulfil so that everything that reads its tape can rely on it.

A file comes from anywhere: its ids may point outside, its lengths may be made up.
"""

import math
from collections.abc import Sequence

from torch import Tensor

from gradtape.engine.recorder.blob import has_numbers
from gradtape.engine.recorder.op_reading import torch_name
from gradtape.errors import InvalidTapeFile
from gradtape.tape.frame import StepConstants
from gradtape.tape.structure import EventKind, Phase, Slot, Structure
from gradtape.tape.structure import Tensor as TensorRow

Ids = Sequence[int | None]


def check_structure(structure: Structure, roots: Sequence[int]) -> None:
    """Whether every id is one of a record, and the slots lie as slots do.

    Args:
        structure: as the file has it.
        roots: tensor → the tensor that holds its numbers.
    Raises:
        InvalidTapeFile: not so.
    """
    lists = (structure.calls, structure.ops, structure.nodes, structure.edges, structure.tensors)
    if any(record.id != place for records in lists for place, record in enumerate(records)):
        raise InvalidTapeFile("holds records out of order")
    if not (_wiring_fits(structure) and _ranges_fit(structure) and _tensors_fit(structure)):
        raise InvalidTapeFile("holds a structure that points outside of itself")
    if not _roots_fit(structure.tensors, roots):
        raise InvalidTapeFile("does not say where the numbers of its tensors are")
    if not _slots_fit(structure, roots):
        raise InvalidTapeFile("holds numbers that overlap, or leaves gaps")


def check_values(
    rows: Sequence[TensorRow], roots: Sequence[int], values: Sequence[Tensor | None]
) -> None:
    """Whether the numbers are those that the structure speaks of.

    Raises:
        InvalidTapeFile: not so.
    """
    for row, root, value in zip(rows, roots, values, strict=True):
        if value is None:
            fits = root != row.id or row.slot is None
        else:
            fits = tuple(value.shape) == row.shape and torch_name(value.dtype) == row.dtype
            # Only what can be shown has a slot: the blob is made of it.
            fits = fits and (row.slot is None or root != row.id or has_numbers(value))
        if not fits:
            raise InvalidTapeFile(f"lacks the numbers of tensor {row.id}")


def check_step_constants(structure: Structure, constants: StepConstants) -> None:
    """Whether the floats of an update are given to ops of the update.

    Raises:
        InvalidTapeFile: not so.
    """
    last = len(structure.ops) - 1
    if any(not 0 <= op <= last or structure.ops[op].phase is not Phase.UPDATE for op in constants):
        raise InvalidTapeFile("holds constants of ops that are not of the update")


def _within(size: int, ids: Ids) -> bool:
    return all(number is None or 0 <= number < size for number in ids)


def _wiring_fits(structure: Structure) -> bool:
    calls, ops, nodes = len(structure.calls), len(structure.ops), len(structure.nodes)
    edges, tensors = len(structure.edges), len(structure.tensors)
    return (
        _within(tensors, [structure.loss, structure.output])
        and all(_within(call.id, [call.parent]) for call in structure.calls)
        and all(
            _within(tensors, [*op.operands, *op.results])
            and _within(nodes, [op.node])
            and _within(calls, [op.call])
            for op in structure.ops
        )
        and all(
            _within(ops, [node.op]) and _within(edges, node.edges) and _within(tensors, node.saved)
            for node in structure.nodes
        )
        and all(
            _within(nodes, [edge.source, edge.target]) and _within(tensors, [edge.tensor, edge.of])
            for edge in structure.edges
        )
    )


def _ranges_fit(structure: Structure) -> bool:
    ops = len(structure.ops)
    subjects = {
        EventKind.FORWARD_OP: ops,
        EventKind.BACKWARD_NODE: len(structure.nodes),
        EventKind.ACCUMULATE: len(structure.nodes),
        EventKind.UPDATE: len(structure.tensors),
    }
    return all(
        0 <= each.first_op <= each.end_op <= ops for each in (*structure.calls, *structure.events)
    ) and all(
        event.sequence == place
        and _within(subjects[event.kind], [event.subject])
        and _within(len(structure.tensors), event.reveals)
        for place, event in enumerate(structure.events)
    )


def _tensors_fit(structure: Structure) -> bool:
    return all(
        _within(len(structure.slots), [row.slot])
        and _within(len(structure.ops), [row.op])
        and _within(len(structure.nodes), [row.node])
        and _within(len(structure.edges), [row.edge])
        and _within(len(structure.tensors), [row.of, row.gradient])
        for row in structure.tensors
    )


def _roots_fit(rows: Sequence[TensorRow], roots: Sequence[int]) -> bool:
    return len(roots) == len(rows) and all(
        0 <= root <= row.id and roots[root] == root and row.slot == rows[root].slot
        for row, root in zip(rows, roots, strict=True)
    )


def _slots_fit(structure: Structure, roots: Sequence[int]) -> bool:
    """Whether each slot belongs to a tensor, and they lie in the blob one after the other."""
    shape_of = {
        row.slot: structure.tensors[root].shape
        for row, root in zip(structure.tensors, roots, strict=True)
    }
    if not all(
        number in shape_of and _slot_fits(slot, shape_of[number])
        for number, slot in enumerate(structure.slots)
    ):
        return False
    # Slots that show the same numbers in other shapes lie at one place.
    stretches = sorted({(slot.offset, slot.count) for slot in structure.slots if slot.count})
    end = 0
    for offset, count in stretches:
        if offset != end:
            return False
        end += count
    return all(slot.offset <= end for slot in structure.slots)


def _slot_fits(slot: Slot, shape: tuple[int, ...]) -> bool:
    return (
        len(slot.steps) == len(shape)
        and all(step >= 1 for step in slot.steps)
        and slot.shape == tuple(-(-n // step) for n, step in zip(shape, slot.steps, strict=True))
        and slot.count == math.prod(slot.shape)
        and slot.offset >= 0
        and slot.full == (slot.shape == shape)
    )
