"""Compares two recordings at full precision."""

import math
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradtape import limits
from gradtape.engine.recorder.blob import has_numbers
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.difference import ComparedTensor, Difference, NumberChange, TensorDifference
from gradtape.tape.structure import Phase, Role, Structure
from gradtape.tape.structure import Tensor as Row

VIEWS = frozenset(
    {"aten.t", "aten.transpose", "aten.permute", "aten.view", "aten._unsafe_view"}
    | {"aten.expand", "aten.alias", "aten.detach", "aten.squeeze", "aten.unsqueeze"}
)
"""Ops that show the numbers of their operand in another shape."""

Numbers = NDArray[np.float64]

GIVEN = frozenset({Role.INPUT, Role.TARGET, Role.PARAMETER, Role.BUFFER, Role.UPDATED})


def compare_recordings(before: Recording, after: Recording, *, replaced: bool) -> Difference:
    """What of the later recording is not as in the earlier one.

    Args:
        replaced: the later one was recorded in place of the earlier one.
    """
    same = before.built.hash == after.built.hash
    first, second = _by_place(before, by_id=same), _by_place(after, by_id=same)
    both = [(first[place], second[place]) for place in second if place in first]
    differing = [
        difference
        for one, other in both
        if (difference := _compare_tensors(before, one, after, other)) is not None
    ]
    differing.sort(key=_size_of_change, reverse=True)
    return Difference(
        iteration_before=before.iteration,
        iteration_after=after.iteration,
        replaced=replaced,
        same_structure=same,
        compared=len(both),
        changed=len(differing),
        tensors=tuple(differing[: limits.MAX_LISTED_DIFFERENCES]),
        only_before=_lone(before, [first[place] for place in first if place not in second]),
        only_after=_lone(after, [second[place] for place in second if place not in first]),
    )


def _by_place(recording: Recording, *, by_id: bool) -> dict[Hashable, int]:
    """The tensors that are compared, each under what it is to be found by on the other tape."""
    rows = list(_compared(recording))
    if by_id:
        return {row.id: row.id for row in rows}
    places = _Places(recording.structure)
    return {places.of(row): row.id for row in rows}


def _compared(recording: Recording) -> Iterator[Row]:
    structure = recording.structure
    whole = {row.gradient for row in structure.tensors if not _is_view(structure, row)}
    for row in structure.tensors:
        value = recording.tensor(row.id)
        if value is not None and has_numbers(value) and _is_compared(recording, row, whole):
            yield row


def _is_compared(recording: Recording, row: Row, whole: set[int | None]) -> bool:
    structure, roots = recording.structure, recording.built.roots
    if row.role in GIVEN:
        return True
    if row.role is not Role.GRADIENT:
        own = roots[row.id] == row.id and not _is_view(structure, row)
        return own and row.phase is Phase.FORWARD
    if row.edge is None or row.of is None:
        return row.id in whole
    # Where one gradient arrives alone, it is the whole one.
    total = structure.tensors[row.of].gradient
    return total is not None and roots[total] != roots[row.id]


def _is_view(structure: Structure, row: Row) -> bool:
    return row.op is not None and structure.ops[row.op].name in VIEWS


class _Places:
    """Tells where on its tape a tensor is, in words that another tape has too."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._met: Counter[Hashable] = Counter()
        self._known: dict[int, Hashable] = {}

    def of(self, row: Row) -> Hashable:
        """The place; each has one of its own. Shape and type are part of it."""
        if row.id not in self._known:
            words = (row.role, self._words(row), row.shape, row.dtype, row.edge is None)
            self._known[row.id] = (*words, self._met[words])
            self._met[words] += 1
        return self._known[row.id]

    def _words(self, row: Row) -> Hashable:
        if row.of is not None:
            return self.of(self._structure.tensors[row.of])
        if row.name is not None:
            return row.name
        op = None if row.op is None else self._structure.ops[row.op]
        return None if op is None else (op.name, op.results.index(row.id), self._path(op.call))

    def _path(self, call: int | None) -> tuple[str, ...]:
        names: list[str] = []
        while call is not None:
            row = self._structure.calls[call]
            names.append(row.path or row.target)
            call = row.parent
        return tuple(names)


def _compare_tensors(
    before: Recording, one: int, after: Recording, other: int
) -> TensorDifference | None:
    if before.tensor(one) is after.tensor(other):
        return None
    old, new = _exact(before, one), _exact(after, other)
    differs = (old != new) & ~(np.isnan(old) & np.isnan(new))
    changed = int(np.count_nonzero(differs))
    if changed == 0:
        return None
    return TensorDifference(
        **_name(after, other),
        tensor_before=one,
        numbers=new.size,
        changed=changed,
        largest=_largest_change(old, new, differs),
        norm_before=_norm(old),
        norm_after=_norm(new),
    )


def _name(recording: Recording, number: int) -> dict[str, Any]:
    """The fields of a ComparedTensor."""
    rows = recording.structure.tensors
    role, name, of = rows[number].role, rows[number].name, rows[number].of
    named = None if of is None else rows[of].name
    return {"tensor": number, "role": role, "name": name, "of": named}


def _lone(recording: Recording, numbers: list[int]) -> tuple[ComparedTensor, ...]:
    return tuple(ComparedTensor(**_name(recording, number)) for number in numbers)


def _exact(recording: Recording, number: int) -> Numbers:
    """In a type that holds the numbers of any other."""
    return recording.values(number).astype(np.float64)


def _largest_change(old: Numbers, new: Numbers, differs: NDArray[np.bool_]) -> NumberChange:
    with np.errstate(invalid="ignore", over="ignore"):
        change = np.abs(new - old)
    # NaN is as large as a change can be, where it is one.
    ranked = np.where(differs, np.where(np.isnan(change), np.inf, change), -1)
    place = np.unravel_index(ranked.argmax(), new.shape)
    return NumberChange(
        index=tuple(map(int, place)), before=float(old[place]), after=float(new[place])
    )


def _norm(values: Numbers) -> float:
    with np.errstate(over="ignore"):
        return math.sqrt(np.vdot(values, values))


def _size_of_change(difference: TensorDifference) -> float:
    change = abs(difference.largest.after - difference.largest.before)
    return math.inf if math.isnan(change) else change
