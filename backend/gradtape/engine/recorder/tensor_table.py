"""Which recorded value a torch tensor is.

The same value reaches the recorder as different Python objects: autograd makes a fresh wrapper for
a view, for a tensor unpacked from what a node saved, for a gradient handed to a hook. And one
object holds different values over time, when an op writes in place. The table gives each value
one id, in the order of appearance, and knows where its numbers are.
"""

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from gradtape.engine.recorder.op_reading import torch_name
from gradtape.engine.recorder.unwritten_memory import UnwrittenMemory
from gradtape.engine.recorder.write_guard import Copies, storage_key
from gradtape.tape.structure import Phase, Role

ALIAS = "AliasBackward0"  # autograd's node for a tensor that is seen as another class

Row = dict[str, Any]
"""A record of the structure as JSON will have it."""


@lru_cache(maxsize=256)
def device_name(device: torch.device) -> str:
    """`cpu`, `cuda:0`."""
    return str(device)


def address(tensor: Tensor) -> int | None:
    """Where a tensor's numbers lie; None where that cannot be told."""
    if tensor.layout is not torch.strided:
        return None
    try:
        return tensor.data_ptr()
    except RuntimeError:  # a tensor of torch.func or of a tracer has no memory of its own
        return None


class TensorTable:
    """Rows of the structure's tensors, ids for torch's objects, and the numbers.

    Attributes:
        rows: by tensor id.
        values: by tensor id; None where there are no numbers to keep.
        roots: by tensor id; an id whose numbers another one holds has that one's id here.
        uninitialised: ids of values that are, in part, whatever the memory held.
        working_memory: ids of results that an op has filled as far as it needed.
        memory: knows which memory holds no numbers yet.
        by_object: id() of an object → the id of the value that it stands for now.
        overwritten: id → the op that wrote to its memory afterwards.
        rewritten: op → ids of values in memory that it wrote, of tensors that it did not return.
        nodes: id of an overwritten value → the autograd node that it came from.
        outside: ids of values that no recorded op has made.
        history: id() of an object → the ids of the values that it stood for before.
        sums: id of a value that no op of the iteration has made → the ids that it is the sum of.
        aliases: (node, id) of values that are seen as another class, by a node without an op.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.values: list[Tensor | None] = []
        self.roots: list[int] = []
        self.uninitialised: set[int] = set()
        self.by_object: dict[int, int] = {}
        # Address → ids, for objects never seen before; filled up to _indexed when one comes.
        self._by_address: dict[int | None, list[int]] = {}
        self._indexed = 0
        self.working_memory: set[int] = set()
        self.memory = UnwrittenMemory()
        self.overwritten: dict[int, int] = {}
        self.rewritten: dict[int, list[int]] = {}
        self.nodes: dict[int, Any] = {}
        self.outside: list[int] = []
        self.history: dict[int, list[int]] = {}
        self.sums: dict[int, list[int]] = {}
        self.aliases: list[tuple[Any, int]] = []
        # Where an op wrote: the op, for tensors of that memory that are met again later.
        self._written_by: dict[int, int] = {}

    def add(self, tensor: Tensor, phase: str, op: int | None) -> int:
        """Give a tensor a new id, from here on the one that its object stands for."""
        number = len(self.rows)
        self.rows.append(
            {
                "id": number,
                "role": "intermediate",
                "name": None,
                "shape": tuple(tensor.shape),
                "dtype": torch_name(tensor.dtype),
                "device": device_name(tensor.device),
                "requires_grad": False,
                "is_leaf": op is not None,
                "phase": phase,
                "op": op,
                "node": None,
                "slot": None,
            }
        )
        self.values.append(tensor)
        self.roots.append(number)
        self.by_object[id(tensor)] = number
        return number

    def add_outside(self, tensor: Tensor, phase: str) -> int:
        """A tensor that no recorded op has made, or one whose memory an op has written since."""
        op = self._written_by.get(storage_key(tensor))
        number = self.add(tensor, phase, op)
        row = self.rows[number]
        row["requires_grad"], row["is_leaf"] = tensor.requires_grad, tensor.is_leaf
        if op is None:
            self.outside.append(number)
        else:
            self.rewritten.setdefault(op, []).append(number)
            if self.memory.holds(tensor):
                self.uninitialised.add(number)
        return number

    def add_same(self, number: int, phase: str, op: int | None) -> int:
        """A new id for numbers that another id holds: a detached view, a gradient passed on."""
        copy = len(self.rows)
        row = dict(self.rows[number])
        for key in ("of", "edge", "gradient"):
            row.pop(key, None)
        row |= {"id": copy, "role": "intermediate", "name": None, "phase": phase, "op": op}
        row |= {"requires_grad": False, "is_leaf": op is not None, "node": None}
        self.rows.append(row)
        self.values.append(None)
        self.roots.append(self.roots[number])
        return copy

    def add_gradient(self, number: int, op: int | None, node: int | None = None) -> int:
        """A new id for numbers that another id holds, as a gradient in its own right."""
        copy = self.add_same(number, Phase.BACKWARD.value, op)
        self.rows[copy] |= {"role": Role.GRADIENT.value, "node": node}
        return copy

    def add_alias(self, number: int, tensor: Tensor | None = None, node: Any = None) -> int:
        """A new id for a value that autograd sees twice; with its own object if that was met."""
        row = self.rows[number]
        copy = self.add_same(number, row["phase"], row["op"])
        self.rows[copy] |= {"requires_grad": True, "is_leaf": False}
        if tensor is not None:
            self.by_object[id(tensor)] = copy
        self.aliases.append((node, copy))
        return copy

    def add_sum(self, numbers: list[int]) -> int | None:
        """A value that no op of the iteration has made: a sum; None if a part has no numbers."""
        value = sum_of([self.values[self.roots[number]] for number in numbers])
        if value is None:
            return None
        total = self.add(value, Phase.BACKWARD.value, None)
        self.sums[total] = numbers
        if not self.uninitialised.isdisjoint(self.roots[number] for number in numbers):
            self.uninitialised.add(total)
        return total

    def find(self, tensor: Tensor) -> int | None:
        """The id of the value that a tensor shows, or None if it was never seen."""
        number = self.by_object.get(id(tensor))
        return self._find_by_memory(tensor) if number is None else number

    def find_or_add(self, tensor: Tensor, phase: str) -> int:
        """The id of the value that a tensor shows; a value from outside gets one.

        The object must be in the log: its id() is remembered.
        """
        number = self.find(tensor)
        if number is None:
            return self.add_outside(tensor, phase)
        self.by_object[id(tensor)] = number
        return number

    def node_of(self, number: int) -> Any:
        """The autograd node that a value came from, where that can be told."""
        value = self.values[number]
        if number in self.overwritten or value is None:
            return self.nodes.get(number)
        return None if value._is_view() else value.grad_fn

    def put_copies(self, copies: Copies, op: int) -> None:
        """An op overwrites memory: what lay there is the copies' from now on."""
        for tensor, copy, node in copies:
            number = self.by_object.pop(id(tensor), None)
            self._written_by[storage_key(tensor)] = op
            if number is not None:
                self.overwritten[number] = op
                self.nodes[number] = node
                self.history.setdefault(id(tensor), []).append(number)
                # As it was: an op like transpose_ gives the tensor another shape.
                self.rows[number]["shape"] = tuple(copy.shape)
                if self.values[number] is tensor:
                    self.values[number] = copy

    def _find_by_memory(self, tensor: Tensor) -> int | None:
        for number in range(self._indexed, len(self.rows)):
            value = self.values[number]
            if value is not None and number not in self.overwritten:
                self._by_address.setdefault(address(value), []).append(number)
        self._indexed = len(self.rows)
        place = address(tensor)
        if place is None:
            return None
        for number in reversed(self._by_address.get(place, ())):
            value = self.values[number]
            if number not in self.overwritten and value is not None and shows(value, tensor):
                return number
        return None


def sum_of(parts: list[Tensor | None]) -> Tensor | None:
    """The sum, added up in this order; None if a part has no numbers."""
    first, *others = [part for part in parts if part is not None]
    return sum(others, start=first) if len(others) + 1 == len(parts) else None


def shows(value: Tensor, tensor: Tensor) -> bool:
    """Whether two tensors at the same address show the same numbers."""
    return (
        value.shape == tensor.shape
        and value.dtype == tensor.dtype
        and value.stride() == tensor.stride()
    )


def alias_node(tensor: Tensor) -> Any:
    """The node of a tensor that is another one, seen as another class; None if it is no such."""
    # What has been written has a node that is made when it is asked for.
    if not tensor.requires_grad or tensor.is_inference() or tensor._version:
        return None
    node = tensor.grad_fn
    return node if node is not None and node.name() == ALIAS else None
