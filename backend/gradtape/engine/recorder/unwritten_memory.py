"""Memory that holds no numbers yet: whatever lay there is no value, and not the same twice."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gradtape.engine.recorder.op_reading import OpForm, tensors_in
from gradtape.engine.recorder.write_guard import storage_key

SHAPE_ONLY = frozenset(
    {"aten.zeros_like", "aten.ones_like", "aten.full_like", "aten.rand_like", "aten.randn_like"}
    | {"aten.randint_like", "aten.new_zeros", "aten.new_ones", "aten.new_full"}
)
"""Ops that ask an operand for its shape, and not for its numbers."""

OVERWRITING = frozenset(
    {"aten.fill_", "aten.zero_", "aten._foreach_zero_", "aten.uniform_", "aten.normal_"}
    | {"aten.bernoulli_", "aten.exponential_", "aten.random_", "aten.geometric_"}
    | {"aten.cauchy_", "aten.log_normal_"}
)
"""Ops in place that do not read what they write."""

COPYING = frozenset({"aten.copy_", "aten._foreach_copy_"})

PLACING: dict[str, Callable[[Tensor, Sequence[Any]], Tensor]] = {
    "aten.index_put_": lambda written, args: written.index_put_(args[1], written.new_ones(())),
    "aten.index_copy_": lambda written, args: written.index_fill_(args[1], args[2], True),
    "aten.index_fill_": lambda written, args: written.index_fill_(args[1], args[2], True),
    "aten.scatter_": lambda written, args: written.scatter_(args[1], args[2], True),
    "aten.masked_fill_": lambda written, args: written.masked_fill_(args[1], True),
    "aten.masked_scatter_": lambda written, args: written.masked_fill_(args[1], True),
}
"""Ops that write some places and leave the others: what they do to the places written so far."""


class UnwrittenMemory:
    """Knows which numbers of which memory no op has written yet."""

    def __init__(self) -> None:
        # Storage → which of its bytes have been written; None as long as none has.
        self._written: dict[int, Tensor | None] = {}

    def begin(self, tensor: Tensor) -> None:
        """The memory of a tensor holds no numbers yet."""
        if tensor.numel() and tensor.layout is torch.strided and not tensor.is_meta:
            self._written.setdefault(storage_key(tensor), None)

    def holds(self, tensor: Tensor) -> bool:
        """Whether a tensor shows any number that has not been written."""
        key = storage_key(tensor)
        if key not in self._written or not tensor.numel():
            return False
        written = self._written[key]
        return written is None or not _part(written, tensor).all()

    def fill(self, tensor: Tensor, source: Tensor) -> bool:
        """A tensor that is all of its memory gets the numbers of another; False if it is not so."""
        key = storage_key(tensor)
        if key not in self._written or storage_key(source) in self._written:
            return False
        if tensor.numel() * tensor.itemsize < tensor.untyped_storage().nbytes():
            return False
        del self._written[key]
        return True

    def note_op(
        self, form: OpForm, args: tuple[Any, ...], kwargs: Any, results: list[Tensor]
    ) -> None:
        """An op has run that has used such memory."""
        if form.written:
            self._note_write(form, args, kwargs)
        elif form.is_view or form.name in SHAPE_ONLY:
            pass
        elif any(self.holds(each) for each in tensors_in((args, kwargs))):
            for result in results:
                self.begin(result)  # made out of no numbers

    def _note_write(self, form: OpForm, args: tuple[Any, ...], kwargs: Any) -> None:
        written = form.written_among(args, kwargs)
        ids = set(map(id, written))
        read = [each for each in tensors_in((args, kwargs)) if id(each) not in ids]
        written = [each for each in written if each.layout is torch.strided]
        if form.name in COPYING:
            for into, source in zip(written, read, strict=False):
                self._copy(into, source)
        elif any(self.holds(each) for each in read):
            for tensor in written:
                self._places(tensor).fill_(False)
        elif form.name in PLACING and not (form.name == "aten.index_put_" and args[3:] == (True,)):
            places = self._places(written[0])
            places.copy_(PLACING[form.name](places[..., 0].clone(), args)[..., None])
        elif form.name in OVERWRITING or not form.name.endswith("_"):
            for tensor in written:
                self._write(tensor)

    def _copy(self, into: Tensor, source: Tensor) -> None:
        if self.holds(source):
            self._places(into).copy_(self._places(source).all(-1, keepdim=True))
        else:
            self._write(into)

    def _write(self, tensor: Tensor) -> None:
        """All of a tensor has been written."""
        key = storage_key(tensor)
        if key not in self._written:
            return
        if tensor.numel() * tensor.itemsize == tensor.untyped_storage().nbytes():
            del self._written[key]
        else:
            self._places(tensor).fill_(True)

    def _places(self, tensor: Tensor) -> Tensor:
        """Which bytes of a tensor have been written; to be written to."""
        return _part(self._bytes(storage_key(tensor), tensor), tensor)

    def _bytes(self, key: int, tensor: Tensor) -> Tensor:
        """Which bytes of a tensor's storage have been written."""
        written = self._written.get(key)
        if written is None:
            size = tensor.untyped_storage().nbytes()
            # What began with numbers has all of them.
            written = torch.full((size,), key not in self._written, device=tensor.device)
            self._written[key] = written
        return written


def _part(written: Tensor, tensor: Tensor) -> Tensor:
    """The bytes of one tensor, with those of a number in the last dimension."""
    size = tensor.itemsize
    return written.as_strided(
        (*tensor.shape, size),
        (*(step * size for step in tensor.stride()), 1),
        int(tensor.storage_offset()) * size,
    )
