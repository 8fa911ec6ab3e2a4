"""Keeps what an op is about to overwrite.

A recorded value is kept by reference as long as nothing writes to its memory. Before something
does, every recorded tensor that shares the memory, views included, is copied.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from gradtape.engine.op_reading import OpForm, tensors_in
from gradtape.engine.recording_log import Item, RecordingLog

Copies = list[tuple[Tensor, Tensor]]
"""Each tensor that stood for a value until now, and a copy of that value."""


def storage_key(tensor: Tensor) -> int | None:
    """Equal for two tensors that share memory; None for one whose memory is not a plain array."""
    if tensor.layout is not torch.strided:
        return None
    return tensor.untyped_storage()._cdata


class WriteGuard:
    """Knows which recorded tensors lie in which memory.

    Only tapes with in-place ops pay for it: the log is looked through when something is written.
    """

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        self._looked_through = 0
        # Storage → the tensors that were seen in it, by id(), in the order of appearance.
        self._by_storage: dict[int, dict[int, Tensor]] = {}

    def copy_before(self, written: Iterable[Tensor], operands: Iterable[Tensor] = ()) -> Copies:
        """Copies of all recorded values in the memory of tensors that are about to be written.

        From here on they stand for the values that they will have afterwards.

        Args:
            written: tensors; those whose memory is no plain array are passed over.
            operands: of the op that writes; they are not in the log yet.
        """
        self._look_through()
        keys = dict.fromkeys(storage_key(tensor) for tensor in written)
        keys.pop(None, None)
        self._note(each for each in operands if storage_key(each) in keys)
        present = [each for key in keys for each in self._by_storage.pop(key, {}).values()]
        return [(each, _copy(each)) for each in present]

    def _look_through(self) -> None:
        items = self._log.items
        for item in items[self._looked_through :]:
            self._note(tensors_of_item(item))
        self._looked_through = len(items)

    def _note(self, tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            key = storage_key(tensor)
            if key is not None:
                self._by_storage.setdefault(key, {}).setdefault(id(tensor), tensor)


def tensors_of_item(item: Item) -> list[Tensor]:
    """All tensors that an item of the log mentions."""
    if isinstance(item[0], OpForm):
        _, args, kwargs, result, *_ = item
        found = tensors_in(args) + tensors_in(result)
        return found + tensors_in(kwargs) if kwargs else found
    return tensors_in(item[1:])


def _copy(tensor: Tensor) -> Tensor:
    # The op itself, and not Tensor.clone: that would be seen as a call of the user's.
    return torch.ops.aten.clone.default._op(tensor)
