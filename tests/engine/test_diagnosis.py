"""Ten known pathologies are called by their names, at their layers; twelve healthy runs are not."""

from collections.abc import Callable, Sequence
from itertools import product
from math import isinf, prod

import pytest
import torch

import gradtape
from gradtape.engine.diagnosis.diagnosis import diagnose_experiment, diagnose_recording
from gradtape.engine.experiment import Experiment
from gradtape.library.tape import Tape
from gradtape.spec import parse_spec
from gradtape.tape.finding import FINDINGS, Cure
from tests.engine.pathologies import HEALTHY, LOOPS, MOONS, PATHOLOGIES, Pathology, Spec, dense
from tests.engine.zoo_recordings import Recordings
from tests.zoo.cases import CASES

RUNAWAY_LINE = HEALTHY["linear-regression"] | {"optimizer": {"kind": "sgd", "lr": 2.0}}

SEEDS = range(5)
LINE_THAT_IS_NOT_THERE = ("linear-regression", 2)
"""With this seed the slope that is drawn is 0.03, under a noise of 0.2."""

LOOKED_AT = (1, 2, 3, 6, 11, 21, 51, 101, 201, 301)  # iterations that have run


def train(spec: object, iterations: int) -> Experiment:
    """An experiment whose first and last iteration are recorded."""
    experiment = Experiment(parse_spec(spec))
    experiment.record_iteration()
    for _ in range(iterations - 2):
        experiment.train_iteration()
    experiment.record_iteration()
    return experiment


def findings_on_the_way(spec: Spec, iterations: Sequence[int] = LOOKED_AT) -> dict[int, list[str]]:
    """Kinds that are found, by how many iterations have run; nothing where nothing is."""
    experiment = Experiment(parse_spec(spec))
    found: dict[int, list[str]] = {}
    for number in range(1, iterations[-1] + 1):
        if number in iterations:
            experiment.record_iteration()
            found[number] = [finding.kind for finding in diagnose_experiment(experiment)]
        else:
            experiment.train_iteration()
    return {number: kinds for number, kinds in found.items() if kinds}


def moons(*, lr: float, **fields: object) -> Spec:
    layers = dense("tanh", hidden=2, width=8)
    optimizer = {"kind": "sgd", "lr": lr}
    loss = {"kind": "bce_with_logits"}
    return {"data": MOONS, "network": {"layers": layers}, "loss": loss, "optimizer": optimizer} | (
        dict(fields)
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ill", PATHOLOGIES, ids=lambda ill: ill.name)
def test_a_pathology_is_called_by_its_name_at_its_layer(ill: Pathology, seed: int) -> None:
    found = diagnose_experiment(train(ill.spec | {"seed": seed}, ill.iterations))
    assert [(finding.kind, finding.layer) for finding in found[:1]] == [(ill.kind, ill.layer)]
    assert found[0].evidence
    assert found[0].suggestion


@pytest.mark.parametrize(
    ("run", "kind", "layer"), LOOPS, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_a_mistake_in_code_of_ones_own_is_found_on_its_tape(
    run: Callable[[], Tape], kind: str, layer: str
) -> None:
    assert [(finding.kind, finding.layer) for finding in run().diagnose()] == [(kind, layer)]


@pytest.mark.parametrize(
    ("name", "seed"), [run for run in product(HEALTHY, SEEDS) if run != LINE_THAT_IS_NOT_THERE]
)
def test_a_healthy_run_is_called_healthy_at_every_time(name: str, seed: int) -> None:
    assert findings_on_the_way(HEALTHY[name] | {"seed": seed}) == {}


def test_a_line_that_is_not_in_the_data_is_told_with_the_variance_of_the_targets() -> None:
    name, seed = LINE_THAT_IS_NOT_THERE
    experiment = train(HEALTHY[name] | {"seed": seed}, 200)
    y = experiment.training_targets.double()
    x = experiment.samples.inputs.double()
    explained = torch.corrcoef(torch.cat([x, y], dim=1).T)[0, 1] ** 2
    assert explained < 0.03
    (found,) = diagnose_experiment(experiment)
    assert found.kind == "loss_plateau"
    assert found.evidence["baseline"] == pytest.approx(y.var(correction=0).item())


def test_there_are_ten_pathologies_and_twelve_healthy_runs() -> None:
    assert (len(PATHOLOGIES) + len(LOOPS), len(HEALTHY)) == (10, 12)


@pytest.mark.parametrize(
    "ill", [ill for ill in PATHOLOGIES if ill.kind != "loss_plateau"], ids=lambda ill: ill.name
)
def test_the_cure_cures(ill: Pathology) -> None:
    cure = diagnose_experiment(train(ill.spec, ill.iterations))[0].cure
    assert isinstance(cure, Cure)
    assert diagnose_experiment(train(cure.spec, ill.iterations)) == []


def test_no_spec_helps_against_labels_that_say_nothing() -> None:
    coin = next(ill for ill in PATHOLOGIES if ill.name == "coin-flip labels")
    (found,) = diagnose_experiment(train(coin.spec, coin.iterations))
    assert found.cure is None
    assert "ln 2" in found.message
    assert found.evidence["baseline"] == pytest.approx(0.6931, abs=1e-3)


def test_where_the_gradient_vanishes_the_slope_of_the_sigmoids_is_measured() -> None:
    deep = PATHOLOGIES[0]
    experiment = train(deep.spec, deep.iterations)
    (found,) = diagnose_experiment(experiment)
    recording = experiment.recording()
    mean_slopes = []
    for number in range(1, 21):
        y = recording.tensor(recording.find(f"act{number}"))
        assert y is not None
        mean_slopes.append((y.double() * (1 - y.double())).mean().item())
    assert found.evidence["slope_per_layer"] == pytest.approx(prod(mean_slopes) ** (1 / 20))
    norms = [
        recording.tensor(recording.structure.tensors[recording.find(name)].gradient or -1)
        for name in ("fc1", "out")
    ]
    first, last = (float(norm.double().norm()) for norm in norms if norm is not None)
    assert found.evidence["factor_per_layer"] == pytest.approx((first / last) ** (1 / 20))


def test_steps_that_are_too_small_are_told_with_a_rate_that_moves_the_weights() -> None:
    (found,) = diagnose_experiment(train(moons(lr=1e-6), 120))
    assert found.kind == "loss_plateau"
    assert found.evidence["update_ratio"] < 1e-6
    assert found.cure is not None
    assert findings_on_the_way(found.cure.spec.model_dump(mode="json")) == {}


def test_a_loss_that_runs_away_to_nan_is_told_with_its_cause_first() -> None:
    found = diagnose_experiment(train(RUNAWAY_LINE, 100))
    assert [finding.kind for finding in found] == ["oscillation", "non_finite"]


def test_a_step_over_the_minimum_and_back_is_seen_although_the_loss_stays() -> None:
    # (w·1 − 0)² with the rate 1: w becomes −w in each iteration.
    flip = {
        "data": {"kind": "inline", "x": [[1.0]], "y": [[0.0]]},
        "network": {"layers": [{"kind": "linear", "name": "w", "out_features": 1, "bias": False}]},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "sgd", "lr": 1.0},
    }
    (found,) = diagnose_experiment(train(flip, 40))
    assert (found.kind, found.layer) == ("oscillation", "w")
    assert found.evidence["update_ratio"] == pytest.approx(2)


def test_units_that_steps_have_killed_are_told_with_a_smaller_rate() -> None:
    relu = moons(lr=10.0, network={"layers": dense("relu", hidden=3, width=16)})
    (found,) = diagnose_experiment(train(relu, 60))
    assert found.kind == "dead_relu"
    assert "steps led there" in found.message
    assert found.cure is not None
    assert found.cure.label.startswith("learning rate")


def test_clipped_gradients_do_not_explode() -> None:
    recurrent = next(ill for ill in PATHOLOGIES if ill.kind == "exploding_gradient")
    clipped = recurrent.spec | {"regularization": {"max_norm": 1.0}}
    assert findings_on_the_way(clipped, (1, 5)) == {}


def test_the_op_that_made_the_first_bad_number_is_found_although_all_that_follows_is_bad() -> None:
    experiment = Experiment(parse_spec(RUNAWAY_LINE))
    for _ in range(60):
        experiment.record_iteration()
    found = diagnose_experiment(experiment)[-1]
    lost = next(place for place, loss in enumerate(experiment.metrics().loss) if isinf(loss))
    assert (found.kind, found.iteration, found.layer) == ("non_finite", lost, "loss")
    assert "made Infinity" in found.message


def test_what_made_a_run_blow_up_is_told_from_before_it_did() -> None:
    recurrent = next(ill for ill in PATHOLOGIES if ill.kind == "exploding_gradient")
    experiment = Experiment(parse_spec(recurrent.spec))
    for _ in range(5):
        experiment.record_iteration()
    exploding, lost = diagnose_experiment(experiment)
    assert (exploding.kind, exploding.iteration) == ("exploding_gradient", 0)
    assert (lost.kind, lost.iteration, lost.layer) == ("non_finite", 1, "rnn")


def test_gradients_of_two_passes_in_one_iteration_are_what_one_may_want() -> None:
    layer = torch.nn.Linear(2, 1)
    with gradtape.record(layer) as tape:
        for _ in range(2):
            layer(torch.ones(4, 2)).sum().backward()
    assert diagnose_recording(tape.recording()) == []


def test_nothing_is_found_before_anything_has_run() -> None:
    assert diagnose_experiment(Experiment(parse_spec(moons(lr=0.5)))) == []


def test_a_finding_with_nan_travels_as_json() -> None:
    found = diagnose_experiment(train(RUNAWAY_LINE, 200))
    assert FINDINGS.validate_json(FINDINGS.dump_json(found))[0].kind == found[0].kind
    assert b'"NaN"' in FINDINGS.dump_json(found)


def test_of_all_programs_of_the_zoo_two_are_ill(recordings: Recordings) -> None:
    found = {case.name: diagnose_recording(recordings[case.name]) for case in CASES}
    kinds = {name: [finding.kind for finding in findings] for name, findings in found.items()}
    assert {name: told for name, told in kinds.items() if told} == {
        "gradient_added_to_an_earlier_one": ["accumulated_gradients"],
        "non_finite_numbers": ["non_finite"],
    }
