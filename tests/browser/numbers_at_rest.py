"""What the numbers of a tape come to, worked out by NumPy from what REST gives."""

from typing import Any

import numpy as np


def values_of(tensor: dict[str, Any]) -> np.ndarray:
    """All numbers of a tensor, flat; non-finite ones are named in JSON."""
    flat: list[Any] = np.ravel(np.array(tensor["values"], dtype=object)).tolist()
    return np.array([float(each) for each in flat], dtype=np.float64)


def statistics_of(tensor: dict[str, Any]) -> dict[str, float]:
    """By the words that the page has for them."""
    values = values_of(tensor)
    return {
        "norm": float(np.linalg.norm(values)),
        "min": float(values.min()),
        "max": float(values.max()),
        "zeros": 100 * float((values == 0).mean()),
    }
