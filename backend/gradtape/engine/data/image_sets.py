"""The image sets in the operator's folder: a folder for each, with files named as MNIST's are.

The folder stands in the environment of every process of a server, as the folder for temporary
files does: it is the machine's, not the session's.
"""

import os
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradtape.engine.data.idx_file import UnreadableIdx, read_idx
from gradtape.errors import DataUnavailable
from gradtape.spec.mnist_format import CLASSES, NAME_PATTERN, NO_IMAGE_SETS, SIDE, MnistFormatData

VARIABLE = "GRADTAPE_IMAGES"
FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
"""Images and labels of each part; a file may be compressed and then ends in .gz."""


def folder_of_images() -> Path | None:
    """Where this process may find image sets."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def image_set_names(folder: Path | None) -> tuple[str, ...]:
    """The sets in a folder, by name: those that have images to train on."""
    if folder is None or not folder.is_dir():
        return ()
    images, _ = FILES["train"]
    return tuple(
        sorted(
            place.name
            for place in folder.iterdir()
            if re.fullmatch(NAME_PATTERN, place.name) and _find(place, images).is_file()
        )
    )


def pick_images(
    data: MnistFormatData, source: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The pixels of some images, from 0 to 1, and their classes.

    Raises:
        DataUnavailable: this machine has no such set, too few images in it, or damaged files.
    """
    folder = folder_of_images()
    known = image_set_names(folder)
    if folder is None or data.images not in known:
        raise DataUnavailable(_absent(data.images, known), path="data.images")
    images, labels = (
        _read(folder / data.images, name, shape)
        for name, shape in zip(FILES[data.part], ((SIDE, SIDE), ()), strict=True)
    )
    _check(data, images, labels)
    rows = source.permutation(len(images))[: data.samples]
    pixels = images[rows].reshape(-1, *data.sample_shape) / 255
    return pixels, labels[rows].astype(np.int64)


def _find(place: Path, name: str) -> Path:
    plain = place / name
    return plain if plain.is_file() else place / f"{name}.gz"


def _read(place: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    path = _find(place, name)
    try:
        return read_idx(path, shape)
    except UnreadableIdx as problem:
        message = f"{place.name}: the server's file {path.name} {problem}."
        raise DataUnavailable(message, path="data.images") from problem


def _check(data: MnistFormatData, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    name, count = data.images, len(images)
    if count != len(labels):
        raise DataUnavailable(
            f"{name}: the server has {count} images and {len(labels)} labels for them.",
            path="data.images",
        )
    if count < data.samples:
        raise DataUnavailable(
            f"{name} has {count} images to {data.part}; {data.samples} were asked for.",
            path="data.samples",
        )
    if labels.max() >= CLASSES:
        raise DataUnavailable(
            f"{name}: the server has a label {labels.max()}; they go from 0 to {CLASSES - 1}.",
            path="data.images",
        )


def _absent(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return NO_IMAGE_SETS
    return f"This server has no image set {name!r}; it has {', '.join(known)}."
