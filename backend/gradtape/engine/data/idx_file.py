"""Files of bytes in the IDX format, as MNIST comes in: read strictly, and never more than is said.

Source: yann.lecun.com/exdb/mnist, "the IDX file format".
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gradtape import limits

UNSIGNED_BYTES = 8  # the third byte of the magic number: of what type the numbers are


class UnreadableIdx(Exception):
    """What is wrong with a file, in words that go after its name."""


def read_idx(path: Path, sample_shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """All samples of a file.

    Args:
        path: of a plain file, or of one compressed by gzip if it ends in `.gz`.
        sample_shape: what every sample has to have; () for numbers one after the other.
    Returns:
        shape (samples, *sample_shape).
    Raises:
        UnreadableIdx: it is no such file, or is damaged, too large, or of other samples.
    """
    with _opened(path) as file:
        shape = _read_shape(file, dimensions=1 + len(sample_shape))
        if shape[1:] != sample_shape:
            raise UnreadableIdx(f"has samples of shape {shape[1:]}, not {sample_shape}")
        size = prod(shape)
        if size > limits.MAX_IMAGE_FILE_BYTES:
            raise UnreadableIdx(
                f"holds {size:,} bytes; {limits.MAX_IMAGE_FILE_BYTES:,} are allowed"
            )
        # One more than promised: whatever follows, it is not read.
        content = file.read(size + 1)
    if len(content) != size:
        is_more = len(content) > size
        raise UnreadableIdx(f"has {'more' if is_more else 'fewer'} bytes than its header says")
    return np.frombuffer(content, np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | gzip.GzipFile]:
    if not path.is_file():  # a pipe would keep us waiting for ever
        raise UnreadableIdx("is not there")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableIdx(f"cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    # An OSError's own words carry the path, which is nobody's business but the operator's.
    return str(getattr(error, "strerror", None) or "it is damaged")


def _read_shape(file: BinaryIO | gzip.GzipFile, *, dimensions: int) -> tuple[int, ...]:
    magic = file.read(4)
    if magic != bytes([0, 0, UNSIGNED_BYTES, dimensions]):
        raise UnreadableIdx(f"begins with {magic.hex(' ') or 'nothing'}, not as an IDX file does")
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise UnreadableIdx("ends within its header")
    return struct.unpack(f">{dimensions}I", header)
