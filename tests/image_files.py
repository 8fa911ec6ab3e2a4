"""Small files in MNIST's format, written byte by byte as its description says."""

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 28
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx_bytes(numbers: NDArray[np.uint8]) -> bytes:
    """Two zeros, the type (8: unsigned bytes), the number of dimensions, each size, the numbers."""
    sizes = struct.pack(f">{numbers.ndim}I", *numbers.shape)
    return bytes([0, 0, 8, numbers.ndim]) + sizes + numbers.tobytes()


def draw_images(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images and labels; the labels take turns."""
    pixels = np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)
    return pixels, (np.arange(count) % 10).astype(np.uint8)


def write_image_set(
    folder: Path, name: str = "mnist", *, count: int = 40, compressed: bool = False
) -> Path:
    """A set with `count` images to train on and half as many to test; its own folder."""
    place = folder / name
    place.mkdir(parents=True)
    for files, size, seed in ((TRAIN, count, 1), (TEST, count // 2, 2)):
        for file, numbers in zip(files, draw_images(size, seed), strict=True):
            if compressed:
                (place / f"{file}.gz").write_bytes(gzip.compress(idx_bytes(numbers)))
            else:
                (place / file).write_bytes(idx_bytes(numbers))
    return place
