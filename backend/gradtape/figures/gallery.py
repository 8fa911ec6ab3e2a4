"""All figures by name."""

from collections.abc import Callable

import plotly.graph_objects as go

from gradtape.errors import UnknownFigure
from gradtape.figures.gradient_flow import build_gradient_flow_figure
from gradtape.figures.loss import build_loss_figure
from gradtape.tape.metrics import Metrics

FIGURES: dict[str, Callable[[Metrics], go.Figure]] = {
    "loss": build_loss_figure,
    "gradient_flow": build_gradient_flow_figure,
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
