"""The figures, from metrics made by hand."""

import json
import math
from typing import Any

import pytest

from gradtape.errors import UnknownFigure
from gradtape.figures.gallery import FIGURES, figure_json, find_figure, layouts_json
from gradtape.tape.metrics import Metrics, UpdateMetrics, ValidationMetrics

NAN, INFINITY = math.nan, math.inf


def make_metrics(loss: list[float], **gradient_norm: list[float]) -> Metrics:
    count = len(loss)
    norms = {name.replace("_", "."): norm for name, norm in gradient_norm.items()}
    iteration = list(range(count))
    return Metrics(
        iteration=iteration,
        loss=loss,
        learning_rate=[0.1] * count,
        accuracy=loss,
        gradient_norm=norms,
        updates=UpdateMetrics(iteration=iteration, norm=norms, parameter_norm=norms, ratio=norms),
        validation=ValidationMetrics(iteration=iteration, loss=loss, accuracy=loss),
    )


def draw(name: str, metrics: Metrics) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(figure_json(find_figure(name)(metrics)), parse_constant=refuse)


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_a_healthy_loss_is_one_line_and_one_more_for_the_samples_set_aside(name: str) -> None:
    training, validation = draw(name, make_metrics([3.0, 2.0, 1.0]))["data"]
    assert (training["name"], validation["name"]) == ("training", "validation")
    assert training["x"] == validation["x"] == [0, 1, 2]
    assert training["y"] == validation["y"] == [3.0, 2.0, 1.0]


def test_without_a_validation_split_there_is_no_line_for_it() -> None:
    metrics = make_metrics([3.0]).model_copy(update={"validation": ValidationMetrics()})
    (training,) = draw("loss", metrics)["data"]
    assert training["name"] == "training"


def test_validation_stands_at_its_own_iterations() -> None:
    validation = ValidationMetrics(iteration=[0, 2], loss=[5.0, 4.0], accuracy=[])
    metrics = make_metrics([3.0, 2.0, 1.0]).model_copy(update={"validation": validation})
    assert traces(draw("loss", metrics))["validation"]["x"] == [0, 2]
    assert traces(draw("accuracy", metrics))["validation"]["x"] == []


def test_the_learning_rate_is_drawn_from_zero_up() -> None:
    figure = draw("learning_rate", make_metrics([3.0, 2.0]))
    assert traces(figure)["learning rate"]["y"] == [0.1, 0.1]
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"


def test_a_diverging_loss_has_gaps_and_marked_points() -> None:
    metrics = make_metrics([3.0, NAN, INFINITY, 1.0])
    metrics = metrics.model_copy(update={"validation": ValidationMetrics()})
    by_name = traces(draw("loss", metrics))
    assert by_name["training"]["y"] == [3.0, None, None, 1.0]
    assert by_name["not finite"]["x"] == [1, 2]
    assert by_name["not finite"]["text"] == ["training: NaN", "training: Infinity"]
    assert by_name["not finite"]["y"] == [3.0, 3.0]


NORM_FIGURES = ("gradient_flow", "parameters", "updates", "update_ratio")


@pytest.mark.parametrize("name", NORM_FIGURES)
def test_norms_have_a_line_per_parameter_on_a_log_axis(name: str) -> None:
    metrics = make_metrics([1.0, 1.0], fc1_weight=[0.1, 0.2], fc1_bias=[1, 2], fc2_weight=[3, 4])
    figure = draw(name, metrics)
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


def test_the_parameters_of_a_recurrent_layer_are_told_apart_too() -> None:
    columns = {f"gru.{name}": [1.0] for name in ("weight_ih_l0", "bias_ih_l0")} | {"h0": [1.0]}
    metrics = make_metrics([1.0]).model_copy(update={"gradient_norm": columns})
    lines = [trace["line"] for trace in draw("gradient_flow", metrics)["data"]]
    assert [line["dash"] for line in lines] == ["solid", "dot", "dash"]


def test_the_healthy_band_of_the_ratio_is_drawn_and_named() -> None:
    figure = draw("update_ratio", make_metrics([1.0], fc1_weight=[1e-3]))
    (band,) = figure["layout"]["shapes"]
    assert (band["y0"], band["y1"]) == (1e-4, 1e-2)
    assert band["label"]["text"] == "healthy: 0.0001 to 0.01"


def test_the_layouts_are_those_of_the_figures() -> None:
    layouts = json.loads(layouts_json())
    assert layouts == {name: draw(name, make_metrics([]))["layout"] for name in FIGURES}


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
    with pytest.raises(UnknownFigure, match="loss, accuracy, learning_rate"):
        find_figure("lost")
