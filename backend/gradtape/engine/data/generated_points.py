"""Points with class numbers, as NumPy arrays: toy data sets in a plane, and the real digits."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits, make_blobs, make_circles, make_moons

from gradtape.spec.data import (
    BlobsData,
    CirclesData,
    DigitsData,
    GaussianMixtureData,
    MoonsData,
    PlaneData,
    SpiralData,
    XorData,
)

Points = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Points of shape (samples, *sample shape), and a class number for each."""


def generate_points(data: PlaneData | DigitsData, seed: np.random.SeedSequence) -> Points:
    """The points and classes of a data set; the same for the same seed."""
    match data:
        case XorData():
            return _generate_xor(data, np.random.default_rng(seed))
        case SpiralData():
            return _generate_spiral(data, np.random.default_rng(seed))
        case GaussianMixtureData():
            return _generate_mixture(data, np.random.default_rng(seed))
        case DigitsData():
            return _pick_digits(data, np.random.default_rng(seed))
        case _:
            return _generate_by_sklearn(data, np.random.RandomState(np.random.MT19937(seed)))


def _generate_by_sklearn(data: PlaneData, source: np.random.RandomState) -> Points:
    # scikit-learn's functions are annotated only by inference, which knows too little.
    made: Any
    match data:
        case MoonsData():
            made = make_moons(data.samples, noise=data.noise, random_state=source)
        case CirclesData():
            made = make_circles(
                data.samples, noise=data.noise, factor=data.factor, random_state=source
            )
        case BlobsData():
            made = make_blobs(
                data.samples,
                data.features,
                centers=data.classes,
                cluster_std=data.spread,
                random_state=source,
            )
        case _:
            raise TypeError(f"no points for {data.kind}")
    points, classes = made
    return points, classes


def _generate_xor(data: XorData, source: np.random.Generator) -> Points:
    corner = np.arange(data.samples) % 4
    points = np.stack([corner // 2, corner % 2], axis=1).astype(np.float64)
    classes = corner // 2 ^ corner % 2
    return points + data.noise * source.standard_normal(points.shape), classes


def _generate_spiral(data: SpiralData, source: np.random.Generator) -> Points:
    # Arm k begins at angle 2πk/classes; the radius grows from 0 to 1 along the arm.
    classes = np.arange(data.samples) % data.classes
    along = source.uniform(0, 1, data.samples)
    angle = 2 * np.pi * (data.turns * along + classes / data.classes)
    points = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + data.noise * source.standard_normal(points.shape), classes


def _generate_mixture(data: GaussianMixtureData, source: np.random.Generator) -> Points:
    clouds = (data.classes, data.components, data.features)
    centres = source.standard_normal(clouds)
    deviations = data.spread * source.uniform(0.2, 1, clouds)
    classes = np.arange(data.samples) % data.classes
    chosen = classes, source.integers(data.components, size=data.samples)
    points = centres[chosen] + deviations[chosen] * source.standard_normal(centres[chosen].shape)
    return points, classes


def _pick_digits(data: DigitsData, source: np.random.Generator) -> Points:
    pixels, classes = _load_digits()
    rows = source.permutation(len(pixels))[: data.samples]
    return pixels[rows].reshape(-1, *data.sample_shape), classes[rows]


@cache
def _load_digits() -> Points:
    # Read from a compressed text file, 30 ms; read-only, so that no caller changes it for another.
    digits: Any = load_digits()
    pixels, classes = digits.data / 16, digits.target.astype(np.int64)
    pixels.setflags(write=False)
    classes.setflags(write=False)
    return pixels, classes
