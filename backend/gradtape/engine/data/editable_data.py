"""The data of an experiment, with the numbers that the user has written over."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gradtape.engine.data.augmentation import augment
from gradtape.engine.data.datasets import build_dataset
from gradtape.engine.randomness import build_randomness
from gradtape.errors import InvalidSlice, InvalidValue
from gradtape.spec import ExperimentSpec, infer_shapes

DATA_TENSORS = ("input", "target")


class DataEdit(NamedTuple):
    """One number of the data set written by the user.

    Args:
        tensor: `input` or `target`.
        place: in the whole data set, not in a batch.
    """

    tensor: str
    place: tuple[int, ...]
    value: float


class EditableData:
    """A data set and the edits made to it; earlier states of it can be put in force again."""

    def __init__(self, spec: ExperimentSpec, device: torch.device) -> None:
        self._spec = spec
        self._device = device
        self._edits: list[DataEdit] = []
        self._build()

    @property
    def edits(self) -> Sequence[DataEdit]:
        """All edits in order, also those that a seek has taken out of force."""
        return tuple(self._edits)

    @property
    def batches_per_epoch(self) -> int:
        """How many iterations one pass over the data takes."""
        return self._dataset.batches_per_epoch(self._spec.batch_size)

    @property
    def targets(self) -> Tensor:
        """Of the samples to train on, as they are now."""
        return self._dataset.y

    @property
    def validation(self) -> tuple[Tensor, Tensor] | None:
        """Inputs and targets of the samples that are set aside, if any are."""
        return self._dataset.validation

    def batch(self, iteration: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets of an iteration, varied as the spec says."""
        inputs, targets = self._dataset.batch(iteration, self._spec.batch_size)
        augmentation = self._spec.augmentation
        if not augmentation.is_off:
            inputs = augment(inputs, augmentation, self._dataset.augmentation_seed(iteration))
        return inputs, targets

    def edit(self, tensor: str, iteration: int, index: tuple[int, ...], value: float) -> None:
        """Write one number of an iteration's batch, in this and every later iteration.

        Where batches are augmented it is the number before that.

        Raises:
            InvalidSlice: the index does not fit the batch.
            InvalidValue: targets are class numbers, and this is none.
        """
        inputs, targets = self.batch(iteration)
        batch = inputs if tensor == "input" else targets
        check_index(tensor, index, tuple(batch.shape))
        if not batch.is_floating_point():
            check_class(tensor, value, count=self._count_classes(tensor))
        rows = self._dataset.rows(iteration, self._spec.batch_size)
        row = index[0] if rows is None else int(rows[index[0]])
        del self._edits[self.edits_in_force :]
        self._edits.append(DataEdit(tensor, (row, *index[1:]), value))
        self._write(self._edits[-1])

    def _count_classes(self, tensor: str) -> int:
        if tensor == "input":
            return self._spec.data.token_count or 0
        output = infer_shapes(self._spec)[-1].output
        return output[2] if self._spec.loss.kind == "ctc" else output[1]

    def load(self, edits: Sequence[DataEdit]) -> None:
        """Take over the edits of an earlier process; none is in force yet."""
        self._edits = list(edits)

    def put_in_force(self, count: int) -> None:
        """The data as it was after the first `count` edits."""
        if count == self.edits_in_force:
            return
        self._build()
        for edit in self._edits[:count]:
            self._write(edit)

    def _build(self) -> None:
        # A seed sequence remembers what was spawned from it, so each build takes a new one.
        seed = build_randomness(self._spec.seed, self._device).data
        self._dataset = build_dataset(self._spec, seed=seed, device=self._device)
        self.edits_in_force = 0

    def _write(self, edit: DataEdit) -> None:
        data = self._dataset.x if edit.tensor == "input" else self._dataset.y
        data[edit.place] = edit.value
        self.edits_in_force += 1


def check_index(tensor: str, index: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Raise InvalidSlice unless the index names one number of a tensor of this shape."""
    fits = len(index) == len(shape) and all(
        -size <= position < size for position, size in zip(index, shape, strict=True)
    )
    if not fits:
        raise InvalidSlice(f"index {list(index)} does not fit {tensor} of shape {shape}")


def check_class(tensor: str, value: float, *, count: int) -> None:
    """Raise InvalidValue unless the value is the number of one of so many classes."""
    if not (0 <= value < count and float(value).is_integer()):
        raise InvalidValue(
            f"{tensor} holds class numbers: a whole number from 0 to {count - 1}; got {value:g}.",
            path="value",
            code="out_of_range",
        )
