"""What is measured of a whole iteration: loss, accuracy, learning rate."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from gradtape.figures.curve import split_curve
from gradtape.figures.layout import build_layout
from gradtape.figures.lines import line_trace, marks_traces
from gradtape.tape.metrics import Metrics

COLOURS = {
    "training": "#0f766e",  # forward is teal
    "validation": "#b45309",
    "learning rate": "#6d28d9",  # what updates do is violet
}

Column = tuple[str, Sequence[int], Sequence[float]]
"""Its name, its iterations, its values."""


def build_loss_figure(metrics: Metrics) -> go.Figure:
    """The loss on the batch, and on the samples that are set aside."""
    return _build(build_layout("Loss", y_title="loss"), "loss", _measured_twice(metrics, of="loss"))


def build_accuracy_figure(metrics: Metrics) -> go.Figure:
    """The share of right answers, on the batch and on the samples that are set aside."""
    # The whole range: what looks like a leap may be a hundredth.
    layout = build_layout("Accuracy", y_title="accuracy", range=(-0.02, 1.02))
    return _build(layout, "accuracy", _measured_twice(metrics, of="accuracy"))


def build_learning_rate_figure(metrics: Metrics) -> go.Figure:
    """The learning rate of each update."""
    layout = build_layout("Learning rate", y_title="learning rate", rangemode="tozero")
    column = ("learning rate", metrics.iteration, metrics.learning_rate)
    return _build(layout, "learning rate", [column])


def _measured_twice(metrics: Metrics, *, of: str) -> list[Column]:
    validation = metrics.validation
    columns: list[Column] = [("training", metrics.iteration, getattr(metrics, of))]
    if validation.iteration:
        columns.append(("validation", validation.iteration, getattr(validation, of)))
    return columns


def _build(layout: go.Layout, unit: str, columns: Sequence[Column]) -> go.Figure:
    """Where a number is not finite, the line has a gap and a marked point."""
    figure = go.Figure(layout=layout)
    marked = []
    for name, iterations, values in columns:
        # Accuracy of a task without classes: iterations, but no values.
        curve, marks = split_curve(iterations[: len(values)], values, is_drawable=math.isfinite)
        figure.add_trace(line_trace(name, curve, unit=unit, colour=COLOURS[name], dash="solid"))
        marked.append((name, marks))
    figure.add_traces(marks_traces(marked))
    return figure
