"""Which recorded value a torch tensor is.

The same value reaches the recorder as different Python objects: autograd makes a fresh wrapper for
a view, for a tensor unpacked from what a node saved, for a gradient handed to a hook. And one
object holds different values over time, when an op writes in place. The ledger gives each value
one id, in the order of appearance, and keeps the values as they were.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from gradtape.tape.structure import Phase, Role

UNINITIALISED = frozenset(
    {"aten.empty", "aten.empty_like", "aten.empty_strided", "aten.new_empty"}
    | {"aten.new_empty_strided"}
)
"""Ops whose result holds whatever the memory held: not a value, and not the same twice."""


class Entry:
    """One recorded value, while recording.

    `value` is the tensor itself until something writes to its memory, then a copy; None where there
    are no numbers to keep: uninitialised memory, or an entry that is `same_as` another.
    """

    __slots__ = (
        "device", "dtype", "edge", "is_leaf", "name", "node", "of", "op", "phase",
        "requires_grad", "role", "same_as", "shape", "uninitialised", "value",
    )  # fmt: skip

    def __init__(self, shown: "Tensor | Entry", role: Role, phase: Phase, op: int | None) -> None:
        self.value: Tensor | None = shown if isinstance(shown, Tensor) else None
        self.role = role
        self.phase = phase
        self.op = op
        self.name: str | None = None
        self.shape = tuple(shown.shape)
        self.dtype = shown.dtype
        self.device = shown.device
        self.uninitialised = False
        self.requires_grad = False
        self.is_leaf = False
        self.node: int | None = None
        self.of: int | None = None
        self.edge: int | None = None
        self.same_as: int | None = None


def _memory_key(tensor: Tensor) -> tuple[Any, ...] | None:
    """Equal for two tensors that show the same numbers of the same memory."""
    if tensor.layout is not torch.strided:
        return None
    return (tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype)


def _storage_key(tensor: Tensor) -> int | None:
    if tensor.layout is not torch.strided:
        return None
    return tensor.untyped_storage()._cdata


class TensorLedger:
    """Ids for recorded values, by object, by memory, and across in-place writes."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        # Every object seen is kept alive, so that neither id() nor memory is used again.
        self._kept: list[Tensor] = []
        self._by_object: dict[int, int] = {}
        self._by_memory: dict[tuple[Any, ...], int] = {}
        self._by_storage: dict[int, list[int]] = {}
        self._indexed = 0
        # Entries whose memory has been written since: an object that stood for one does no more.
        self._stale: set[int] = set()
        # Where an op wrote: the op, for tensors of that memory that are met again later.
        self._written_by: dict[int, int] = {}

    def add(self, tensor: Tensor, role: Role, phase: Phase, *, op: int | None = None) -> int:
        """Give a tensor a new id, from here on the one that its object and memory stand for."""
        number = self._append(Entry(tensor, role, phase, op), tensor)
        key = _memory_key(tensor)
        if key is not None:
            self._by_memory[key] = number
        return number

    def add_same(
        self,
        number: int,
        role: Role,
        phase: Phase,
        *,
        op: int | None,
        seen_as: Tensor | None = None,
    ) -> int:
        """A new id for numbers that another id holds: a detached view, a gradient passed on."""
        source = self.entries[number]
        entry = Entry(source, role, phase, op)
        entry.same_as = number if source.same_as is None else source.same_as
        self.entries.append(entry)
        if seen_as is not None:
            self._remember(seen_as, len(self.entries) - 1)
        return len(self.entries) - 1

    def find(self, tensor: Tensor) -> int | None:
        """The id of the value that a tensor shows, or None if it was never seen."""
        number = self.knows(tensor)
        if number is not None:
            return number
        key = _memory_key(tensor)
        number = None if key is None else self._by_memory.get(key)
        if number is not None:
            self._remember(tensor, number)
        return number

    def knows(self, tensor: Tensor) -> int | None:
        """The id that this very object stands for, or None; equal memory does not count."""
        number = self._by_object.get(id(tensor))
        return None if number in self._stale else number

    def find_or_add(self, tensor: Tensor, phase: Phase) -> int:
        """The id of the value that a tensor shows; a value from outside gets one."""
        number = self._by_object.get(id(tensor))
        if number is not None and number not in self._stale:
            return number
        number = self.find(tensor)
        if number is not None:
            return number
        storage = _storage_key(tensor)
        op = None if storage is None else self._written_by.get(storage)
        number = self.add(tensor, Role.INTERMEDIATE, phase, op=op)
        if op is None:
            entry = self.entries[number]
            entry.requires_grad, entry.is_leaf = tensor.requires_grad, tensor.is_leaf
        return number

    def preserve(self, written: Iterable[Tensor], op: int) -> None:
        """Copy the recorded values that share memory with tensors about to be written by an op."""
        self._index_storages()
        for tensor in written:
            storage = _storage_key(tensor)
            if storage is None:
                continue
            for number in self._by_storage.pop(storage, ()):
                self._detach_from_memory(number)
            self._written_by[storage] = op

    def _append(self, entry: Entry, tensor: Tensor) -> int:
        number = len(self.entries)
        self.entries.append(entry)
        self._remember(tensor, number)
        return number

    def _remember(self, tensor: Tensor, number: int) -> None:
        self._by_object[id(tensor)] = number
        self._kept.append(tensor)

    def _index_storages(self) -> None:
        # Only tapes with in-place ops pay for this index, and each entry pays once.
        for number in range(self._indexed, len(self.entries)):
            entry = self.entries[number]
            root = number if entry.same_as is None else entry.same_as
            value = None if root in self._stale else self.entries[root].value
            storage = None if value is None else _storage_key(value)
            if storage is not None:
                self._by_storage.setdefault(storage, []).append(number)
        self._indexed = len(self.entries)

    def _detach_from_memory(self, number: int) -> None:
        value = self.entries[number].value
        key = None if value is None else _memory_key(value)
        if key is not None and self._by_memory.get(key) == number:
            del self._by_memory[key]
        self._stale.add(number)
        self._keep_numbers(number)

    def _keep_numbers(self, number: int) -> None:
        entry = self.entries[number]
        if entry.uninitialised:
            entry.value = None
        elif entry.value is not None:
            entry.value = entry.value.detach().clone()
