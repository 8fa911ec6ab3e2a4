"""The curves of a long run: fewer rows, the same picture."""

import math

from gradtape.exports.replay_metrics import thin_metrics
from gradtape.limits import MAX_REPLAY_METRIC_VALUES
from gradtape.tape.metrics import Metrics

ROWS = 60_000
SPIKE, HOLE, POLE = 12_345, 33_333, 50_001


def long_run() -> Metrics:
    losses = [1.0 + row / ROWS for row in range(ROWS)]
    losses[SPIKE], losses[HOLE], losses[POLE] = 100.0, math.nan, -50.0
    return Metrics(
        iteration=list(range(ROWS)),
        loss=losses,
        learning_rate=[0.1] * ROWS,
        gradient_norm={"w": [float(row) for row in range(ROWS)]},
    )


def test_a_short_run_stays_whole() -> None:
    columns = {"iteration": [0, 1], "loss": [2.0, 1.0], "learning_rate": [0.1, 0.1]}
    run = Metrics(**columns, gradient_norm={})
    assert thin_metrics(run) == (run, [])


def test_spikes_and_what_is_not_finite_stay() -> None:
    thinned, notices = thin_metrics(long_run())
    assert {SPIKE, HOLE, POLE} <= set(thinned.iteration)
    assert thinned.loss[thinned.iteration.index(SPIKE)] == 100.0
    assert math.isnan(thinned.loss[thinned.iteration.index(HOLE)])
    assert len(notices) == 1


def test_rows_stay_whole_and_in_order_and_are_few() -> None:
    thinned, _ = thin_metrics(long_run())
    assert thinned.iteration == sorted(set(thinned.iteration))
    assert thinned.gradient_norm["w"] == [float(row) for row in thinned.iteration]
    columns = [thinned.loss, thinned.learning_rate, thinned.gradient_norm["w"]]
    assert {len(column) for column in columns} == {len(thinned.iteration)}
    assert 4 * len(thinned.iteration) <= MAX_REPLAY_METRIC_VALUES
    assert 4 * len(thinned.iteration) > MAX_REPLAY_METRIC_VALUES / 4
