"""What every curve over iterations shares: thinning that keeps spikes, gaps, marked points."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_POINTS = 2_000  # points of one curve; about one per pixel of a wide screen

FONT = "system-ui, sans-serif"
INK = "#334155"
GRID = "rgba(100, 116, 139, 0.25)"
DANGER = "#dc2626"


@dataclass(frozen=True)
class Curve:
    """One column of the metrics as it is drawn.

    Args:
        x: iterations.
        y: values; None where nothing can be drawn, so that the line has a gap there.
    """

    x: list[int]
    y: list[float | None]


@dataclass(frozen=True)
class Marks:
    """Points that a line cannot show, put at the height where the line was last.

    Args:
        labels: what stands at each point: `NaN`, `Infinity`, `0`.
    """

    x: list[int]
    y: list[float]
    labels: list[str]


def thin_indices(values: npt.NDArray[np.float64], most: int = MAX_POINTS) -> npt.NDArray[np.intp]:
    """Which points to draw: all, or in each bucket its first, least, greatest and non-finite ones.

    Args:
        values: one column, in order.
        most: about how many points may remain.
    Returns:
        Increasing indices; every spike and each bucket's first non-finite value are among them.
    """
    if len(values) <= most:
        return np.arange(len(values))
    kept = {len(values) - 1}
    for bucket in np.array_split(np.arange(len(values)), max(1, most // 4)):
        kept.add(int(bucket[0]))
        part = values[bucket]
        finite = np.isfinite(part)
        if finite.any():
            kept.add(int(bucket[finite][np.argmin(part[finite])]))
            kept.add(int(bucket[finite][np.argmax(part[finite])]))
        if not finite.all():
            kept.add(int(bucket[~finite][0]))
    return np.array(sorted(kept))


def _label(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:g}"


def split_curve(
    iterations: Sequence[int], values: Sequence[float], *, is_drawable: Callable[[float], bool]
) -> tuple[Curve, Marks]:
    """The line of a column, and the points that it cannot show.

    Args:
        iterations: one per value.
        values: the column; non-finite values are data.
        is_drawable: whether the line can show a value (finite; on a log axis also positive).
    """
    column = np.asarray(values, dtype=np.float64)
    curve, marks = Curve([], []), Marks([], [], [])
    # Marks before the first drawable value stand at its height.
    height = next((value for value in values if is_drawable(value)), 1.0)
    for index in thin_indices(column):
        iteration, value = iterations[index], float(column[index])
        curve.x.append(iteration)
        if is_drawable(value):
            height = value
            curve.y.append(value)
        else:
            curve.y.append(None)
            marks.x.append(iteration)
            marks.y.append(height)
            marks.labels.append(_label(value))
    return curve, marks
