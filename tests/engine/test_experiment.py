"""An experiment's life: training, recording, seeking, editing, snapshots."""

import math

import pytest

from gradtape import limits
from gradtape.engine.experiment import Experiment
from gradtape.errors import InvalidSlice, InvalidSpec, UnknownIteration, UnknownTensor
from gradtape.spec import ExperimentSpec, examples, parse_spec


def moons(**changes: object) -> ExperimentSpec:
    raw = examples()["moons"].spec.model_dump(mode="json") | {"device": "cpu"} | changes
    return parse_spec(raw)


def noisy() -> ExperimentSpec:
    """Mini-batches, dropout and Adam: all the state that training can have."""
    return parse_spec(
        {
            "seed": 3,
            "device": "cpu",
            "data": {"kind": "moons", "samples": 50},
            "network": {
                "layers": [
                    {"kind": "linear", "name": "fc1", "out_features": 8},
                    {"kind": "batch_norm"},
                    {"kind": "relu"},
                    {"kind": "dropout", "p": 0.3},
                    {"kind": "linear", "name": "fc2", "out_features": 1},
                ]
            },
            "loss": {"kind": "bce_with_logits"},
            "optimizer": {"kind": "adam", "lr": 0.01},
            "batch_size": 16,
        }
    )


def trained(spec: ExperimentSpec, iterations: int, record_at: tuple[int, ...] = ()) -> Experiment:
    experiment = Experiment(spec)
    go_on(experiment, iterations, record_at)
    return experiment


def go_on(experiment: Experiment, iterations: int, record_at: tuple[int, ...] = ()) -> None:
    for _ in range(iterations):
        if experiment.iteration in record_at:
            experiment.record_iteration()
        else:
            experiment.train_iteration()


def test_recording_now_and_then_does_not_change_the_losses() -> None:
    assert trained(noisy(), 20, record_at=(0, 7, 8)).metrics() == trained(noisy(), 20).metrics()


def test_seeking_and_training_on_gives_the_same_losses_again() -> None:
    experiment = trained(noisy(), 20, record_at=(0, 5, 12))
    before = experiment.metrics()
    experiment.seek(5)
    assert experiment.iteration == 5
    go_on(experiment, 15, record_at=(5, 12))
    assert experiment.metrics() == before


def test_training_on_after_a_seek_forgets_what_followed() -> None:
    experiment = trained(moons(), 10, record_at=(2, 6))
    experiment.seek(2)
    assert experiment.recorded_iterations == [2, 6]
    experiment.train_iteration()
    assert experiment.recorded_iterations == []
    assert experiment.metrics().iteration == [0, 1, 2]


def test_seeking_an_iteration_that_was_not_recorded_is_an_error() -> None:
    experiment = trained(moons(), 3, record_at=(1,))
    with pytest.raises(UnknownIteration, match="iteration 2 is not recorded; recorded are 1"):
        experiment.seek(2)


def test_a_dropped_recording_is_recorded_again_without_disturbing_training() -> None:
    experiment = trained(noisy(), 10, record_at=(4,))
    blob = experiment.recording(4).frame.blob
    experiment._recordings.clear()
    assert experiment.recording(4).frame.blob == blob
    go_on(experiment, 10)
    assert experiment.metrics() == trained(noisy(), 20).metrics()


def test_a_snapshot_goes_on_bit_identically() -> None:
    experiment = trained(noisy(), 9, record_at=(0, 4))
    other = Experiment.from_snapshot(noisy(), experiment.to_snapshot())
    assert other.recorded_iterations == [0, 4]
    assert other.recording(4).frame.blob == experiment.recording(4).frame.blob
    go_on(experiment, 11)
    go_on(other, 11)
    assert other.metrics() == experiment.metrics()


def test_a_snapshot_keeps_edits_and_hyperparameters() -> None:
    experiment = trained(moons(), 2)
    experiment.edit("input", (0, 1), 9.0)
    experiment.edit("target", (3, 0), math.nan)
    experiment.change_regime(optimizer={"lr": 0.125})
    other = Experiment.from_snapshot(moons(), experiment.to_snapshot())
    recording = other.record_iteration()
    assert recording.values(recording.find("input"), "0,1") == 9.0
    assert math.isnan(recording.values(recording.find("target"), "3,0"))
    assert other.metrics().learning_rate[-1] == 0.125


def test_a_branch_knows_what_led_to_its_iteration_and_nothing_after_it() -> None:
    experiment = trained(noisy(), 12, record_at=(0, 4, 9))
    experiment.edit("input", (0, 0), 7.0)
    experiment.change_regime(optimizer={"lr": 0.5})
    branch = Experiment.from_snapshot(noisy(), experiment.to_branch(4))
    assert branch.iteration == 4
    assert branch.recorded_iterations == [0, 4]
    assert branch.metrics().iteration == [0, 1, 2, 3, 4]
    assert branch.recording(4).frame.blob == experiment.recording(4).frame.blob
    assert (branch.changed, branch.spec) == ((), noisy())
    go_on(branch, 8)
    assert branch.metrics() == trained(noisy(), 12).metrics()


def test_a_branch_from_where_an_experiment_stands_takes_its_edits_along() -> None:
    experiment = trained(noisy(), 5, record_at=(2,))
    experiment.seek(2)
    experiment.edit("fc1.weight", (0, 0), 3.0)
    unedited = Experiment.from_snapshot(noisy(), experiment.to_branch(2))
    assert unedited.changed == ()
    experiment.edit("input", (1, 1), -2.0)
    branch = Experiment.from_snapshot(noisy(), experiment.to_branch())
    assert branch.changed == ("fc1.weight", "input")
    for each in (experiment, branch, unedited):
        go_on(each, 3)
    assert branch.metrics() == experiment.metrics()
    assert unedited.metrics() == trained(noisy(), 5).metrics()


def test_a_branch_from_an_iteration_that_was_not_recorded_is_an_error() -> None:
    experiment = trained(moons(), 3, record_at=(1,))
    assert Experiment.from_snapshot(moons(), experiment.to_branch(3)).iteration == 3
    with pytest.raises(UnknownIteration, match="iteration 2 is not recorded; recorded are 1"):
        experiment.to_branch(2)


def test_a_reset_branch_begins_where_the_seed_begins() -> None:
    experiment = trained(noisy(), 4, record_at=(3,))
    branch = Experiment.from_snapshot(noisy(), experiment.to_branch(3))
    branch.reset()
    go_on(branch, 4)
    assert branch.metrics() == trained(noisy(), 4).metrics()


def test_running_forward_again_gives_the_recorded_loss_and_changes_nothing() -> None:
    experiment = trained(noisy(), 9, record_at=(2, 5))
    before = experiment.to_snapshot()
    for iteration in (2, 5, None):
        with experiment.forward_again(iteration) as (loss, parameters):
            assert loss.item() == experiment.recording(iteration).loss
            assert loss.grad_fn is not None
            assert list(parameters) == list(experiment.metrics().gradient_norm)
    assert experiment.to_snapshot() == before
    assert experiment.recorded_iterations == [2, 5]
    go_on(experiment, 9)
    assert experiment.metrics().loss == trained(noisy(), 18).metrics().loss


def test_running_forward_again_changes_nothing_if_its_user_fails() -> None:
    experiment = trained(noisy(), 9, record_at=(2,))
    before = experiment.to_snapshot()
    with pytest.raises(ZeroDivisionError), experiment.forward_again(2):
        _ = 1 / 0
    assert experiment.to_snapshot() == before


def test_timing_ops_changes_nothing() -> None:
    experiment = trained(noisy(), 9, record_at=(2, 5))
    before = experiment.to_snapshot()
    for iteration in (2, None):
        times = experiment.time_ops(iteration)
        structure = experiment.recording(iteration).structure
        assert times.structure_hash == structure.hash
        assert len(times.nanoseconds) == len(structure.ops)
        assert min(times.nanoseconds) > 0
    assert experiment.to_snapshot() == before
    go_on(experiment, 9)
    assert experiment.metrics().loss == trained(noisy(), 18).metrics().loss


def test_what_was_changed_by_hand_is_known_and_goes_with_time() -> None:
    experiment = Experiment(moons())
    experiment.change_regime(optimizer={"lr": 0.1})
    assert experiment.changed == ()  # the first iteration runs with it
    experiment.record_iteration()
    experiment.edit("fc1.weight", (0, 0), 1.0)
    experiment.edit("input", (0, 0), 1.0)
    experiment.edit("fc1.weight", (0, 1), 1.0)
    experiment.change_regime(optimizer={"momentum": 0.5})
    experiment.record_iteration()
    known = ("fc1.weight", "input", "momentum")
    assert experiment.changed == known
    restored = Experiment.from_snapshot(moons(), experiment.to_snapshot())
    for one in (experiment, restored):
        one.seek(0)
        assert one.changed == ()
        one.seek(1)
        assert one.changed == known
        one.reset()
        assert one.changed == ()


def test_an_edited_parameter_is_what_the_next_tape_begins_with() -> None:
    experiment = Experiment(moons())
    experiment.edit("fc1.weight", (0, 1), 1.5)
    recording = experiment.record_iteration()
    assert recording.values(recording.find("fc1.weight"), "0,1") == 1.5


def test_seeking_before_an_edit_of_the_data_takes_it_back() -> None:
    experiment = trained(moons(), 3, record_at=(0,))
    original = experiment.recording(0).values(0, "0,0")
    experiment.edit("input", (0, 0), 50.0)
    experiment.record_iteration()
    experiment.seek(0)
    recording = experiment.record_iteration()
    assert recording.values(recording.find("input"), "0,0") == original


def test_an_edit_reaches_the_sample_of_a_shuffled_batch_and_no_other() -> None:
    experiment = Experiment(noisy())
    experiment.edit("input", (2, 0), 77.0)
    recording = experiment.record_iteration()
    values = recording.values(recording.find("input"))
    assert values[2, 0] == 77.0
    assert (values == 77.0).sum() == 1


@pytest.mark.parametrize(
    ("tensor", "index", "error"),
    [
        ("fc9.weight", (0, 0), UnknownTensor),
        ("fc1.weight", (0,), InvalidSlice),
        ("fc1.weight", (8, 0), InvalidSlice),
        ("input", (100_000, 0), InvalidSlice),
    ],
)
def test_an_edit_that_does_not_fit_is_an_error(
    tensor: str, index: tuple[int, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Experiment(moons()).edit(tensor, index, 1.0)


def test_a_learning_rate_of_zero_stops_the_loss() -> None:
    experiment = trained(moons(), 3)
    experiment.change_regime(optimizer={"lr": 0.0})
    go_on(experiment, 3)
    losses = experiment.metrics().loss
    assert losses[2] != losses[3]
    assert losses[3] == losses[4] == losses[5]


def test_an_unknown_hyperparameter_is_an_error_with_its_path() -> None:
    with pytest.raises(InvalidSpec) as caught:
        Experiment(moons()).change_regime(optimizer={"learning_rate": 0.1})
    assert caught.value.path == "optimizer.learning_rate"


def test_reset_begins_again_with_the_same_parameters() -> None:
    experiment = trained(noisy(), 6, record_at=(2,))
    first = experiment.metrics()
    experiment.change_regime(optimizer={"lr": 1.0})
    experiment.reset()
    assert (experiment.iteration, experiment.recorded_iterations) == (0, [])
    go_on(experiment, 6)
    assert experiment.metrics() == first


def test_metrics_are_taken_once() -> None:
    experiment = trained(moons(), 3)
    taken = experiment.take_new_metrics()
    assert taken is not None
    assert taken.iteration == [0, 1, 2]
    assert experiment.take_new_metrics() is None
    experiment.train_iteration()
    again = experiment.take_new_metrics()
    assert again is not None
    assert again.iteration == [3]


def test_a_diverging_loss_is_told_as_it_is() -> None:
    line = {"layers": [{"kind": "linear", "name": "fc1", "out_features": 1}]}
    spec = moons(network=line, loss={"kind": "mse"}, optimizer={"kind": "sgd", "lr": 1e6})
    experiment = trained(spec, 20)
    assert not all(math.isfinite(loss) for loss in experiment.metrics().loss)
    assert not math.isfinite(experiment.record_iteration().frame.loss or 0.0)


def test_recorded_iterations_are_thinned_but_the_first_and_the_newest_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_RECORDED_ITERATIONS", 8)
    experiment = trained(moons(), 20, record_at=tuple(range(20)))
    kept = experiment.recorded_iterations
    assert len(kept) <= 8
    assert (kept[0], kept[-1]) == (0, 19)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_network_runs_until_its_structure_is_known_and_then_now_and_then(
    optimizer: str,
) -> None:
    experiment = Experiment(moons(optimizer={"kind": optimizer, "lr": 0.01}))
    ran: list[int] = []
    # The network is the experiment's own affair; how often it runs can be seen nowhere else.
    experiment._learner.network.register_forward_pre_hook(
        lambda *_: ran.append(experiment.iteration)
    )
    for _ in range(20):
        experiment.record_iteration()
    first = {"sgd": [0, 1, 2], "adam": [0, 1, 2, 3]}  # Adam's first step makes its state
    assert ran == [*first[optimizer], 16]


def test_iterations_run_from_their_ops_equal_iterations_recorded_in_full() -> None:
    experiment = Experiment(noisy())
    for _ in range(24):
        alone = Experiment.from_snapshot(noisy(), experiment.to_snapshot())
        in_full, recording = alone.record_iteration(), experiment.record_iteration()
        assert recording.structure == in_full.structure
        assert recording.frame == in_full.frame
    assert experiment.metrics() == trained(noisy(), 24).metrics()


def test_an_iteration_run_from_its_ops_sees_a_number_that_was_edited() -> None:
    experiment = trained(moons(), 6, record_at=(0, 1, 2, 3, 4, 5))
    experiment.edit("fc1.bias", (0,), 2.5)
    recording = experiment.record_iteration()
    assert recording.values(recording.find("fc1.bias"), "0") == 2.5
    again = trained(moons(), 6)
    again.edit("fc1.bias", (0,), 2.5)
    assert recording.frame.loss == again.record_iteration().frame.loss
