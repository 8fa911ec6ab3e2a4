"""The L2 norm of each parameter's gradient over the iterations."""

import math
from collections.abc import Iterable

import plotly.graph_objects as go

from gradtape.figures.curve import DANGER, INK, Marks, split_curve
from gradtape.figures.layout import build_layout
from gradtape.tape.metrics import Metrics

# Okabe and Ito's colours: told apart by colour-blind readers too. One per layer, in turn.
LAYER_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
DASHES = {"weight": "solid", "bias": "dot"}


def _is_on_log_axis(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _layer_colours(parameters: Iterable[str]) -> dict[str, str]:
    layers = dict.fromkeys(name.rpartition(".")[0] for name in parameters)
    return {layer: LAYER_COLOURS[place % len(LAYER_COLOURS)] for place, layer in enumerate(layers)}


def _line_trace(parameter: str, x: list[int], y: list[float | None], colour: str) -> go.Scatter:
    kind = parameter.rpartition(".")[2]
    return go.Scatter(
        name=parameter,
        x=x,
        y=y,
        mode="lines+markers" if len(x) == 1 else "lines",
        line={"color": colour, "width": 1.5, "dash": DASHES.get(kind, "dash")},
        hovertemplate=f"{parameter}<br>iteration %{{x}}<br>norm %{{y:.4g}}<extra></extra>",
    )


def _marks_trace(name: str, marks: list[tuple[str, Marks]], *, is_zero: bool) -> go.Scatter | None:
    points = [
        (x, y, f"{parameter}: {label}")
        for parameter, parts in marks
        for x, y, label in zip(parts.x, parts.y, parts.labels, strict=True)
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
        hovertemplate="iteration %{x}<br>%{text}<extra></extra>",
    )


def build_gradient_flow_figure(metrics: Metrics) -> go.Figure:
    """One curve per parameter on a log axis; zero and non-finite norms are marked points."""
    figure = go.Figure(layout=build_layout("Gradient flow", y_title="gradient norm", is_log=True))
    colours = _layer_colours(metrics.gradient_norm)
    marked: list[tuple[str, Marks]] = []
    for parameter, norms in metrics.gradient_norm.items():
        curve, marks = split_curve(metrics.iteration, norms, is_drawable=_is_on_log_axis)
        colour = colours[parameter.rpartition(".")[0]]
        figure.add_trace(_line_trace(parameter, curve.x, curve.y, colour))
        marked.append((parameter, marks))
    for name, is_zero in (("exactly zero", True), ("not finite", False)):
        trace = _marks_trace(name, marked, is_zero=is_zero)
        if trace is not None:
            figure.add_trace(trace)
    return figure
