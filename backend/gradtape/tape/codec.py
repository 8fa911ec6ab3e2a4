"""Tapes and numbers as bytes: JSON for the structure and the frame, non-finite numbers as strings.

The blob of a frame needs no codec: it is float32, little-endian, laid out by the slots. Inside of
JSON it is base64.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from gradtape.tape.frame import Frame
from gradtape.tape.numbers import to_json_number

Numbers = NDArray[Any]


def encode_tape(
    structure: bytes | None,
    frame: Frame,
    values: Mapping[int, Numbers] | None = None,
    *,
    with_blob: bool = False,
) -> bytes:
    """A tape as JSON: `{"structure": …, "frame": …}`, and `"blob": …` if it is asked for.

    Args:
        structure: as JSON; None where the reader knows it already: then `null`.
        values: numbers by tensor id; each goes into its tensor as nested lists under `values`.
        with_blob: the frame's blob comes along as base64, so that this JSON is a whole tape.
    """
    parts = [
        b'{"structure":' + _encode_structure(structure, values),
        b',"frame":' + frame.model_dump_json().encode(),
    ]
    if with_blob:
        parts.append(b',"blob":"' + b64encode(frame.blob) + b'"')
    return b"".join([*parts, b"}"])


def _encode_structure(structure: bytes | None, values: Mapping[int, Numbers] | None) -> bytes:
    if structure is None:
        return b"null"
    if values is None:
        return structure
    plain = orjson.loads(structure)
    for number, array in values.items():
        plain["tensors"][number]["values"] = orjson.Fragment(encode_values(array))
    return orjson.dumps(plain)


def encode_values(array: Numbers) -> bytes:
    """Numbers as nested JSON lists (a bare number for shape ()).

    float32 is written with the fewest digits that give the same float32 again.
    """
    contiguous = np.ascontiguousarray(array).reshape(array.shape)
    if contiguous.dtype == np.float16:
        contiguous = contiguous.astype(np.float32)
    is_float = np.issubdtype(contiguous.dtype, np.floating)
    if contiguous.size == 0 or (is_float and not np.isfinite(contiguous).all()):
        return orjson.dumps(_finite_or_named(contiguous.tolist()))
    # orjson takes no array of no dimensions: a list of one, without its brackets.
    encoded = orjson.dumps(np.atleast_1d(contiguous), option=orjson.OPT_SERIALIZE_NUMPY)
    return encoded if contiguous.ndim else encoded[1:-1]


def _finite_or_named(value: Any) -> Any:
    # As deep as a tensor has dimensions: torch allows 64.
    if isinstance(value, list):
        return [_finite_or_named(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return to_json_number(value) if isinstance(value, float) else value
