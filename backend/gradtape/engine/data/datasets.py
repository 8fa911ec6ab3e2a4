"""Data sets: two tensors, and batches as a pure function of the iteration's number."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradtape.engine.data.generated_points import generate_points
from gradtape.engine.data.generated_sequences import cut_characters, draw_copies, draw_sums
from gradtape.engine.data.image_sets import pick_images
from gradtape.engine.devices import torch_dtype
from gradtape.spec import ExperimentSpec
from gradtape.spec.csv_data import CsvData
from gradtape.spec.data import (
    AnyData,
    InlineData,
    LinearRegressionData,
    RandomNormalData,
    RandomUniformData,
    SineData,
)
from gradtape.spec.inline_values import numbers_of, shape_of
from gradtape.spec.losses import AnyLoss
from gradtape.spec.mnist_format import MnistFormatData
from gradtape.spec.sequence_data import CharactersData, SequencesData
from gradtape.spec.target_form import PROBABILITY_LOSSES, TargetForm, target_form

Arrays = tuple[NDArray[np.generic], NDArray[np.generic]]

# Places in the tree of seeds below the data's own.
GENERATION, SHUFFLING, SPLITTING, AUGMENTING = 0, 1, 2, 3


class Dataset:
    """Inputs and targets of the samples to train on, on the device.

    Args:
        shuffling: what each epoch's order comes from; None keeps the samples in order.
        augmenting: what each iteration's augmentation comes from.
    Attributes:
        x: shape (samples, *sample shape), of the experiment's dtype; tokens are int64.
        y: as the loss needs it: class numbers (int64), or numbers of the experiment's dtype.
        validation: inputs and targets of the samples that are set aside, if any are.
    """

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        *,
        validation: tuple[Tensor, Tensor] | None = None,
        shuffling: np.random.SeedSequence | None,
        augmenting: np.random.SeedSequence,
    ) -> None:
        self.x = x
        self.y = y
        self.validation = validation
        self._shuffling = shuffling
        self._augmenting = augmenting
        self._order: tuple[int, Tensor] | None = None  # of the epoch that was asked for last

    @property
    def samples(self) -> int:
        """How many samples."""
        return len(self.x)

    def batches_per_epoch(self, batch_size: int | None) -> int:
        """How many iterations one pass over the data takes; the last batch may be smaller."""
        return -(-self.samples // (batch_size or self.samples))

    def batch(self, iteration: int, batch_size: int | None) -> tuple[Tensor, Tensor]:
        """Inputs and targets of an iteration; `x` and `y` themselves where it is the whole set."""
        rows = self.rows(iteration, batch_size)
        return (self.x, self.y) if rows is None else (self.x[rows], self.y[rows])

    def rows(self, iteration: int, batch_size: int | None) -> Tensor | None:
        """Which rows of `x` and `y` an iteration takes; None is all of them, in order.

        Each epoch takes every sample once; where it shuffles, in an order of its own.
        """
        if batch_size is None or batch_size >= self.samples:
            return None
        epoch, number = divmod(iteration, self.batches_per_epoch(batch_size))
        return self._order_of(epoch)[number * batch_size : (number + 1) * batch_size]

    def augmentation_seed(self, iteration: int) -> np.random.SeedSequence:
        """What an iteration's batch is varied by."""
        return _child(self._augmenting, iteration)

    def _order_of(self, epoch: int) -> Tensor:
        if self._order is None or self._order[0] != epoch:
            order = np.arange(self.samples)
            if self._shuffling is not None:
                source = np.random.default_rng(_child(self._shuffling, epoch))
                order = source.permutation(self.samples)
            self._order = (epoch, torch.from_numpy(order).to(self.x.device))
        return self._order[1]


def build_dataset(
    spec: ExperimentSpec, *, seed: np.random.SeedSequence, device: torch.device
) -> Dataset:
    """The data set of a spec; the loss decides what targets look like.

    Args:
        seed: the only source of randomness; it is left as it is.
    """
    inputs, targets = _generate(spec.data, spec.loss, _child(seed, GENERATION))
    dtype = torch_dtype(spec.dtype)
    form = target_form(spec.data, spec.loss)
    inputs_type = dtype if spec.data.token_count is None else torch.int64
    x = torch.tensor(inputs, dtype=inputs_type, device=device)
    y = torch.tensor(targets, dtype=dtype if form.classes is None else torch.int64, device=device)
    validation = None
    kept = spec.validation.count(len(x))
    if kept > 0:
        order = np.random.default_rng(_child(seed, SPLITTING)).permutation(len(x))
        aside, rest = (
            torch.from_numpy(np.sort(part)).to(device) for part in np.split(order, [kept])
        )
        validation = x[aside], y[aside]
        x, y = x[rest], y[rest]
    return Dataset(
        x,
        y,
        validation=validation,
        shuffling=_child(seed, SHUFFLING) if spec.shuffle else None,
        augmenting=_child(seed, AUGMENTING),
    )


def _child(seed: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    # Not seed.spawn: that counts, and would give another child each time.
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number))


def _generate(data: AnyData, loss: AnyLoss, seed: np.random.SeedSequence) -> Arrays:
    form = target_form(data, loss)
    match data:
        case InlineData():
            return _read_inline(data, form)
        case RandomNormalData() | RandomUniformData():
            return _draw_random(data, loss, np.random.default_rng(seed))
        case CsvData():
            inputs, targets = _read_table(data)
        case LinearRegressionData():
            return _draw_line(data, np.random.default_rng(seed))
        case SineData():
            return _draw_sine(data, np.random.default_rng(seed))
        case MnistFormatData():
            inputs, targets = pick_images(data, np.random.default_rng(seed))
        case CharactersData():
            inputs, targets = cut_characters(data, np.random.default_rng(seed))
        case SequencesData(task="add"):
            return draw_sums(data, np.random.default_rng(seed))
        case SequencesData():
            source, with_blanks = np.random.default_rng(seed), loss.kind != "ctc"
            inputs, targets = draw_copies(data, source, with_blanks=with_blanks)
        case _:
            inputs, targets = generate_points(data, seed)
    return inputs, targets if data.class_count is None else _shape_classes(targets, form)


def _read_inline(data: InlineData, form: TargetForm) -> Arrays:
    inputs = np.array(numbers_of(data.x), dtype=np.float64).reshape(shape_of(data.x))
    targets = np.array(numbers_of(data.y), dtype=np.float64)
    return inputs, targets.reshape(len(inputs), *form.shape)


def _read_table(data: CsvData) -> Arrays:
    inputs = np.array([column.numbers for column in data.input_columns]).T.copy()
    if data.standardize:
        numeric = data.is_numeric
        centred = inputs[:, numeric] - inputs[:, numeric].mean(axis=0)
        deviation = centred.std(axis=0)
        inputs[:, numeric] = centred / np.where(deviation > 0, deviation, 1)
    targets = np.array(data.target_column.numbers)
    return inputs, targets[:, None] if data.class_count is None else targets.astype(np.int64)


def _draw_random(
    data: RandomNormalData | RandomUniformData, loss: AnyLoss, source: np.random.Generator
) -> Arrays:
    def draw(*shape: int) -> NDArray[np.float64]:
        if isinstance(data, RandomUniformData):
            return source.uniform(data.low, data.high, shape)
        return source.standard_normal(shape)

    inputs = draw(data.samples, *data.sample_shape)
    if target_form(data, loss).classes is not None:
        return inputs, source.integers(data.targets, size=data.samples)
    if loss.kind in PROBABILITY_LOSSES:
        return inputs, source.integers(2, size=(data.samples, data.targets))
    if loss.kind == "kl_div":
        return inputs, source.dirichlet(np.ones(data.targets), data.samples)
    return inputs, draw(data.samples, data.targets)


def _draw_line(data: LinearRegressionData, source: np.random.Generator) -> Arrays:
    weight = source.standard_normal((data.features, data.targets))
    bias = source.standard_normal(data.targets)
    inputs = source.standard_normal((data.samples, data.features))
    noise = data.noise * source.standard_normal((data.samples, data.targets))
    return inputs, inputs @ weight + bias + noise


def _draw_sine(data: SineData, source: np.random.Generator) -> Arrays:
    inputs = source.uniform(-np.pi, np.pi, (data.samples, 1))
    noise = data.noise * source.standard_normal((data.samples, 1))
    return inputs, np.sin(data.frequency * inputs) + noise


def _shape_classes(classes: NDArray[Any], form: TargetForm) -> NDArray[np.generic]:
    if form.classes is not None:
        return classes
    width = form.shape[-1]
    return classes[..., None] if width == 1 else np.eye(width)[classes]
