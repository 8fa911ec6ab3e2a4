"""Batches varied at random, as a pure function of the iteration's number."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradtape.spec.augmentation import Augmentation


def augment(batch: Tensor, spec: Augmentation, seed: np.random.SeedSequence) -> Tensor:
    """Another batch: images mirrored and moved, and noise on every number.

    Args:
        batch: shape (samples, *sample shape); left as it is.
        seed: of this iteration; the only source of randomness. All is drawn on the CPU, so that
            every device sees the same batch.
    """
    source = np.random.default_rng(seed)
    if not spec.is_for_any_shape:
        batch = _move(batch, spec, source)
    if spec.noise > 0:
        noise = torch.from_numpy(source.normal(0, spec.noise, tuple(batch.shape)))
        batch = batch + noise.to(batch.device, batch.dtype)
    return batch


def _move(batch: Tensor, spec: Augmentation, source: np.random.Generator) -> Tensor:
    samples, _, height, width = batch.shape
    mirrored = source.random(samples) < spec.flip
    down, right = source.integers(-spec.shift, spec.shift, (2, samples), endpoint=True)
    # Where each row and column of the result comes from; outside of the image comes zero.
    rows = np.arange(height) - down[:, None]
    columns = np.arange(width) - right[:, None]
    columns = np.where(mirrored[:, None], width - 1 - columns, columns)
    inside = _is_inside(rows, height)[:, :, None] & _is_inside(columns, width)[:, None, :]

    def index(places: NDArray[np.int64], size: int) -> Tensor:
        return torch.from_numpy(places.clip(0, size - 1)).to(batch.device)

    sample = torch.arange(samples, device=batch.device)[:, None, None]
    moved = batch.movedim(1, -1)[
        sample, index(rows, height)[:, :, None], index(columns, width)[:, None, :]
    ]
    moved = moved * torch.from_numpy(inside).to(batch.device)[..., None]
    return moved.movedim(-1, 1).contiguous()


def _is_inside(places: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    return (places >= 0) & (places < size)
