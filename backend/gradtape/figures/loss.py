"""The loss over the iterations."""

import math

import plotly.graph_objects as go

from gradtape.figures.curve import DANGER, split_curve
from gradtape.figures.layout import build_layout
from gradtape.tape.metrics import Metrics

LOSS_COLOUR = "#0f766e"  # forward is teal
FEW_POINTS = 50  # below this the single iterations are worth a dot each


def build_loss_figure(metrics: Metrics) -> go.Figure:
    """The loss curve; where the loss is NaN or infinite, a gap and a marked point."""
    curve, marks = split_curve(metrics.iteration, metrics.loss, is_drawable=math.isfinite)
    figure = go.Figure(layout=build_layout("Loss", y_title="loss"))
    figure.add_trace(
        go.Scatter(
            name="loss",
            x=curve.x,
            y=curve.y,
            mode="lines+markers" if len(curve.x) <= FEW_POINTS else "lines",
            line={"color": LOSS_COLOUR, "width": 2},
            hovertemplate="iteration %{x}<br>loss %{y:.6g}<extra></extra>",
        )
    )
    if marks.x:
        figure.add_trace(
            go.Scatter(
                name="not finite",
                x=marks.x,
                y=marks.y,
                text=marks.labels,
                mode="markers",
                marker={"symbol": "x", "size": 9, "color": DANGER},
                hovertemplate="iteration %{x}<br>loss %{text}<extra></extra>",
            )
        )
    return figure
