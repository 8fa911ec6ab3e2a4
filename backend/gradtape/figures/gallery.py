"""All figures by name."""

import json
from collections.abc import Callable

import plotly.graph_objects as go

from gradtape.errors import UnknownFigure
from gradtape.figures.measured import (
    build_accuracy_figure,
    build_learning_rate_figure,
    build_loss_figure,
)
from gradtape.figures.norms import (
    build_gradient_flow_figure,
    build_parameters_figure,
    build_update_ratio_figure,
    build_updates_figure,
)
from gradtape.tape.metrics import Metrics

FIGURES: dict[str, Callable[[Metrics], go.Figure]] = {
    "loss": build_loss_figure,
    "accuracy": build_accuracy_figure,
    "learning_rate": build_learning_rate_figure,
    "gradient_flow": build_gradient_flow_figure,
    "parameters": build_parameters_figure,
    "updates": build_updates_figure,
    "update_ratio": build_update_ratio_figure,
}


def find_figure(name: str) -> Callable[[Metrics], go.Figure]:
    """The function that draws the named figure.

    Raises:
        UnknownFigure: no figure has this name.
    """
    build = FIGURES.get(name)
    if build is None:
        known = ", ".join(FIGURES)
        raise UnknownFigure(f"There is no figure {name[:64]!r}. Known: {known}.", path="name")
    return build


def figure_json(figure: go.Figure) -> bytes:
    """A figure as Plotly's JSON; the figures here hold no non-finite numbers, they mark them."""
    return str(figure.to_json()).encode()


def layouts_json() -> bytes:
    """The layouts of all figures by name: what they mean, for whoever puts the points in."""
    nothing = Metrics(iteration=[], loss=[], learning_rate=[], gradient_norm={})
    figures = {name: json.loads(figure_json(build(nothing))) for name, build in FIGURES.items()}
    return json.dumps({name: figure["layout"] for name, figure in figures.items()}).encode()
