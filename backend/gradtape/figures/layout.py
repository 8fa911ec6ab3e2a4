"""The look that all figures share: calm, on whatever background they are put."""

import plotly.graph_objects as go

from gradtape.figures.curve import FONT, GRID, INK


def build_layout(title: str, *, y_title: str, is_log: bool = False, **y_axis: object) -> go.Layout:
    """A layout with iterations along x.

    Args:
        title: above the figure.
        y_title: beside it; with the unit, if there is one.
        is_log: whether y is logarithmic.
        y_axis: what else Plotly is to know of that axis.
    """
    axis = {"gridcolor": GRID, "zeroline": False, "automargin": True}
    return go.Layout(
        # An empty template: the default one is 7 kB of colours that are not ours.
        template=go.layout.Template(),
        title={"text": title, "x": 0, "xanchor": "left"},
        font={"family": FONT, "color": INK, "size": 13},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        hovermode="closest",
        xaxis={**axis, "title": {"text": "iteration"}, "rangemode": "tozero"},
        yaxis={
            **axis,
            "title": {"text": y_title},
            "type": "log" if is_log else "linear",
            "exponentformat": "power",
            **y_axis,
        },
        margin={"l": 64, "r": 16, "t": 48, "b": 48},
        legend={"orientation": "h", "y": -0.2},
    )
