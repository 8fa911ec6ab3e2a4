"""Norms of each parameter over the iterations: of its gradient, itself, and its updates."""

import math
from collections.abc import Iterable, Mapping, Sequence

import plotly.graph_objects as go

from gradtape.figures.curve import split_curve
from gradtape.figures.layout import build_layout
from gradtape.figures.lines import line_trace, marks_traces
from gradtape.tape.metrics import Metrics

# Okabe and Ito's colours: told apart by colour-blind readers too. One per layer, in turn.
LAYER_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")

HEALTHY_RATIO = (1e-4, 1e-2)
"""Of an update to its parameter: below, a network hardly learns; above, it tends to diverge.

Source: the rule of thumb of 1e-3 in Karpathy's CS231n notes, a factor of ten either way.
"""
HEALTHY_COLOUR = "rgba(34, 160, 90, 0.14)"


def build_gradient_flow_figure(metrics: Metrics) -> go.Figure:
    """The L2 norm of each parameter's gradient, before any clipping."""
    return _build("Gradient flow", "gradient norm", metrics.iteration, metrics.gradient_norm)


def build_parameters_figure(metrics: Metrics) -> go.Figure:
    """The L2 norm of each parameter before an update."""
    updates = metrics.updates
    return _build("Parameters", "parameter norm", updates.iteration, updates.parameter_norm)


def build_updates_figure(metrics: Metrics) -> go.Figure:
    """The L2 norm of what updates change in each parameter."""
    updates = metrics.updates
    return _build("Updates", "update norm", updates.iteration, updates.norm)


def build_update_ratio_figure(metrics: Metrics) -> go.Figure:
    """That norm beside the parameter's, with the band where training usually goes well."""
    updates = metrics.updates
    title, unit = "Updates beside their parameters", "update norm / parameter norm"
    figure = _build(title, unit, updates.iteration, updates.ratio)
    low, high = HEALTHY_RATIO
    figure.add_shape(
        type="rect",
        xref="paper",
        x0=0,
        x1=1,
        y0=low,
        y1=high,
        layer="below",
        line={"width": 0},
        fillcolor=HEALTHY_COLOUR,
        label={"text": "healthy: 0.0001 to 0.01", "textposition": "bottom left"},
    )
    return figure


def _is_on_log_axis(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _build(
    title: str, unit: str, iterations: Sequence[int], columns: Mapping[str, Sequence[float]]
) -> go.Figure:
    """One curve per parameter on a log axis; zero and non-finite norms are marked points."""
    figure = go.Figure(layout=build_layout(title, y_title=unit, is_log=True))
    colours = _layer_colours(columns)
    marked = []
    for parameter, norms in columns.items():
        curve, marks = split_curve(iterations, norms, is_drawable=_is_on_log_axis)
        colour = colours[parameter.rpartition(".")[0]]
        trace = line_trace(parameter, curve, unit="norm", colour=colour, dash=_dash(parameter))
        figure.add_trace(trace)
        marked.append((parameter, marks))
    figure.add_traces(marks_traces(marked))
    return figure


def _layer_colours(parameters: Iterable[str]) -> dict[str, str]:
    layers = dict.fromkeys(name.rpartition(".")[0] for name in parameters)
    return {layer: LAYER_COLOURS[place % len(LAYER_COLOURS)] for place, layer in enumerate(layers)}


def _dash(parameter: str) -> str:
    own = parameter.rpartition(".")[2]
    if own.startswith("bias"):
        return "dot"
    return "solid" if own.startswith("weight") else "dash"
