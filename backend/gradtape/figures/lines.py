"""The traces of a figure: lines over the iterations, and marked points that no line can show."""

from collections.abc import Sequence

import plotly.graph_objects as go

from gradtape.figures.curve import DANGER, INK, Curve, Marks

FEW_POINTS = 50  # up to here the single iterations are worth a dot each


def line_trace(name: str, curve: Curve, *, unit: str, colour: str, dash: str) -> go.Scatter:
    """One column as a line.

    Args:
        name: in the legend, and when pointed at.
        unit: what a value of it is: `loss`, `norm`.
    """
    return go.Scatter(
        name=name,
        x=curve.x,
        y=curve.y,
        mode="lines+markers" if len(curve.x) <= FEW_POINTS else "lines",
        line={"color": colour, "width": 2, "dash": dash},
        marker={"size": 4},
        hovertemplate=f"{name}: {unit} %{{y:.4g}}<br>iteration %{{x}}<extra></extra>",
    )


def marks_traces(marked: Sequence[tuple[str, Marks]]) -> list[go.Scatter]:
    """Of all lines together, the points that are zero, and those that are not finite."""
    return [
        trace
        for name, is_zero in (("exactly zero", True), ("not finite", False))
        if (trace := _marks_trace(name, marked, is_zero=is_zero)) is not None
    ]


def _marks_trace(
    name: str, marked: Sequence[tuple[str, Marks]], *, is_zero: bool
) -> go.Scatter | None:
    points = [
        (x, y, f"{line}: {label}")
        for line, marks in marked
        for x, y, label in zip(marks.x, marks.y, marks.labels, strict=True)
        if (label in ("0", "-0")) == is_zero
    ]
    if not points:
        return None
    x, y, text = zip(*points, strict=True)
    marker = {
        "symbol": "circle-open" if is_zero else "x",
        "size": 8,
        "color": INK if is_zero else DANGER,
    }
    return go.Scatter(
        name=name,
        x=x,
        y=y,
        text=text,
        mode="markers",
        marker=marker,
        hovertemplate="%{text}<br>iteration %{x}<extra></extra>",
    )
