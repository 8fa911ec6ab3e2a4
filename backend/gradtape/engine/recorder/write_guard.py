"""Keeps what an op is about to overwrite.

A recorded value is kept by reference as long as nothing writes to its memory. Before something
does, every recorded tensor that shares the memory, views included, is copied.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gradtape.engine.recorder.op_reading import OpForm, tensors_in
from gradtape.engine.recorder.recording_log import Item, RecordingLog

CONTAINERS = (list, tuple, dict)


class Copied(NamedTuple):
    """A tensor that stood for a value until now.

    Attributes:
        copy: of that value.
        node: the autograd node that it came from; None for a view, whose node is made when asked.
    """

    tensor: Tensor
    copy: Tensor
    node: Any


Copies = list[Copied]


def storage_key(tensor: Tensor) -> int:
    """Equal for two tensors that share memory."""
    if tensor.layout is not torch.strided:
        return -tensor._cdata  # several arrays, never shared with another tensor
    return tensor.untyped_storage()._cdata


def overlap(left: Tensor, right: Tensor) -> bool:
    """Whether two tensors of one storage share a number; True where that is hard to tell."""
    if left.layout is not torch.strided or left.stride() != right.stride():
        return True
    if left.dtype != right.dtype:
        return True
    # Chunks of one matrix lie interleaved. Counted in whole strides, dimension by dimension, they
    # are intervals, and apart as soon as those of one dimension are.
    starts = [int(left.storage_offset()), int(right.storage_offset())]
    dimensions = sorted(zip(left.stride(), left.shape, right.shape, strict=True), reverse=True)
    for place, (stride, *sizes) in enumerate(dimensions):
        inner = dimensions[place + 1 :]
        reaches = [
            sum((dimension[side] - 1) * dimension[0] for dimension in inner) for side in (1, 2)
        ]
        if any(
            start % max(stride, 1) + reach >= stride
            for start, reach in zip(starts, reaches, strict=True)
        ):
            return True  # what is inside reaches into the next: these are no intervals
        first, second = (start // stride for start in starts)
        if first + sizes[0] <= second or second + sizes[1] <= first:
            return False
        starts = [start % stride for start in starts]
    return True


class WriteGuard:
    """Knows which recorded tensors lie in which memory.

    Only tapes with in-place ops pay for it: the log is looked through when something is written.
    """

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        self._looked_through = 0
        # Storage → the tensors that were seen in it, by id(), in the order of appearance.
        self._by_storage: dict[int, dict[int, Tensor]] = {}
        self._noted: set[int] = set()
        # Results of ops that give memory as it is, before the first write to them.
        self._empty: set[int] = set()

    def copy_before(self, written: list[Tensor], operands: Iterable[Tensor]) -> Copies:
        """Copies of all recorded values in the memory of tensors that are about to be written.

        From here on they stand for the values that they will have afterwards.

        Args:
            written: tensors.
            operands: of the op that writes; they are not in the log yet.
        """
        items = self._log.items
        if len(written) == 1 and _just_given(written[0], items):
            return [Copied(written[0], written[0], None)]
        for item in items[self._looked_through :]:
            self._note_item(item)
        self._looked_through = len(items)
        keys = dict.fromkeys(map(storage_key, written))
        for operand in operands:
            if id(operand) not in self._noted and storage_key(operand) in keys:
                self._note(operand)
        return [
            Copied(each, self._copy(each), None if each._is_view() else each.grad_fn)
            for tensor in written
            for each in self._take_overlapping(tensor)
        ]

    def _copy(self, tensor: Tensor) -> Tensor:
        # What is still whatever the memory held is no value: nobody will ask for it.
        if id(tensor) in self._empty:
            self._empty.discard(id(tensor))
            return tensor
        return copy_tensor(tensor)

    def _take_overlapping(self, written: Tensor) -> list[Tensor]:
        """The tensors whose numbers will be others; no longer noted."""
        present = self._by_storage.get(storage_key(written), {})
        changing = [each for each in present.values() if each is written or overlap(each, written)]
        for each in changing:
            del present[id(each)]
            self._noted.discard(id(each))
        return changing

    def _note_item(self, item: Item) -> None:
        """Note all tensors that an item of the log mentions."""
        noted = self._noted
        if item[0].__class__ is OpForm and item[0].uninitialised:
            self._empty.update(map(id, tensors_in(item[3])))
        elif item[0].__class__ is OpForm and item[6] is not None:
            self._empty.difference_update(id(copied.tensor) for copied in item[6])
        mentioned = (*item[1], item[3]) if item[0].__class__ is OpForm else item[1:]
        for each in mentioned:
            if isinstance(each, Tensor):  # by far the most
                if id(each) not in noted:
                    self._note(each)
            elif each.__class__ in CONTAINERS:
                for tensor in tensors_in(each):
                    self._note(tensor)
        if item[0].__class__ is OpForm and item[2]:
            for tensor in tensors_in(item[2]):
                self._note(tensor)

    def _note(self, tensor: Tensor) -> None:
        self._noted.add(id(tensor))
        self._by_storage.setdefault(storage_key(tensor), {}).setdefault(id(tensor), tensor)


def _just_given(tensor: Tensor, items: list[Item]) -> bool:
    """Whether the op before has given this memory as it is: nothing else can lie in it.

    So are gradients accumulated: new memory, then a copy into it.
    """
    if not items or items[-1][0].__class__ is not OpForm:
        return False
    return items[-1][0].uninitialised and items[-1][3] is tensor


def find_living(values: list[Tensor | None], living: Iterable[Tensor]) -> list[int]:
    """The places in the list of the values whose memory lives on after the recording.

    Args:
        values: recorded tensors; None where there is none.
        living: tensors that the next iteration, or the user, may write to.
    """
    keys = set(map(storage_key, living))
    return [
        number
        for number, value in enumerate(values)
        if value is not None and (value.layout is not torch.strided or storage_key(value) in keys)
    ]


def copy_in_place(values: list[Tensor | None], places: Iterable[int]) -> None:
    """Copy values in a list, one by one, so that what each copy replaces can be freed."""
    for place in places:
        value = values[place]
        if value is not None:
            values[place] = _copy_compactly(value)


def _copy_compactly(tensor: Tensor) -> Tensor:
    """A copy that repeats what the tensor repeats: a number expanded to a matrix stays one."""
    if tensor.layout is not torch.strided or 0 not in tensor.stride():
        return copy_tensor(tensor)
    once = tuple(slice(0, 1) if step == 0 else slice(None) for step in tensor.stride())
    return copy_tensor(tensor.detach()[once]).expand(tensor.shape)


def copy_tensor(tensor: Tensor) -> Tensor:
    """A copy that nothing else writes to."""
    # The op itself, and not Tensor.clone: that would be seen as a call of the user's.
    return torch.ops.aten.clone.default._op(tensor)
