"""The figures, from metrics made by hand."""

import json
import math
from typing import Any

import pytest

from gradtape.errors import UnknownFigure
from gradtape.figures.gallery import FIGURES, figure_json, find_figure
from gradtape.tape.metrics import Metrics

NAN, INFINITY = math.nan, math.inf


def make_metrics(loss: list[float], **gradient_norm: list[float]) -> Metrics:
    count = len(loss)
    norms = {name.replace("_", "."): norm for name, norm in gradient_norm.items()}
    return Metrics(
        iteration=list(range(count)),
        loss=loss,
        learning_rate=[0.1] * count,
        gradient_norm=norms,
        parameter_norm={},
    )


def draw(name: str, metrics: Metrics) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(figure_json(find_figure(name)(metrics)), parse_constant=refuse)


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def test_a_healthy_loss_is_one_line() -> None:
    figure = draw("loss", make_metrics([3.0, 2.0, 1.0]))
    (loss,) = figure["data"]
    assert loss["x"] == [0, 1, 2]
    assert loss["y"] == [3.0, 2.0, 1.0]
    assert figure["layout"]["yaxis"]["type"] == "linear"


def test_a_diverging_loss_has_gaps_and_marked_points() -> None:
    by_name = traces(draw("loss", make_metrics([3.0, NAN, INFINITY, 1.0])))
    assert by_name["loss"]["y"] == [3.0, None, None, 1.0]
    assert by_name["not finite"]["x"] == [1, 2]
    assert by_name["not finite"]["text"] == ["NaN", "Infinity"]
    assert by_name["not finite"]["y"] == [3.0, 3.0]


def test_gradient_flow_has_a_line_per_parameter_on_a_log_axis() -> None:
    metrics = make_metrics([1.0, 1.0], fc1_weight=[0.1, 0.2], fc1_bias=[1, 2], fc2_weight=[3, 4])
    figure = draw("gradient_flow", metrics)
    by_name = traces(figure)
    assert list(by_name) == ["fc1.weight", "fc1.bias", "fc2.weight"]
    assert by_name["fc1.weight"]["y"] == [0.1, 0.2]
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_a_layer_has_one_colour_and_its_bias_is_dotted() -> None:
    metrics = make_metrics([1.0], fc1_weight=[1], fc1_bias=[1], fc2_weight=[1])
    lines = {name: trace["line"] for name, trace in traces(draw("gradient_flow", metrics)).items()}
    assert lines["fc1.weight"]["color"] == lines["fc1.bias"]["color"]
    assert lines["fc1.weight"]["color"] != lines["fc2.weight"]["color"]
    assert lines["fc1.weight"]["dash"] == "solid"
    assert lines["fc1.bias"]["dash"] == "dot"


def test_zero_and_non_finite_norms_are_never_drawn_alike() -> None:
    metrics = make_metrics([1.0] * 4, fc1_weight=[1.0, 0.0, NAN, 2.0])
    by_name = traces(draw("gradient_flow", metrics))
    assert by_name["fc1.weight"]["y"] == [1.0, None, None, 2.0]
    assert by_name["exactly zero"]["x"] == [1]
    assert by_name["not finite"]["x"] == [2]
    assert by_name["not finite"]["text"] == ["fc1.weight: NaN"]
    symbols = {by_name[name]["marker"]["symbol"] for name in ("exactly zero", "not finite")}
    assert len(symbols) == 2


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_session_that_has_not_run_has_an_empty_figure(name: str) -> None:
    figure = draw(name, make_metrics([]))
    assert all(trace["x"] == [] for trace in figure["data"])


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_long_run_stays_small(name: str) -> None:
    values = [math.sin(number) + 2 for number in range(100_000)]
    assert len(figure_json(find_figure(name)(make_metrics(values, fc1_weight=values)))) < 200_000


def test_an_unknown_figure_is_told_the_known_ones() -> None:
    with pytest.raises(UnknownFigure, match="loss, gradient_flow"):
        find_figure("lost")
