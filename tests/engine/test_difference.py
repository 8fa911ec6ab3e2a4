"""Two recordings side by side, beside NumPy's own comparison of their numbers."""

import math

import numpy as np
import pytest

from gradtape import limits
from gradtape.engine.difference import compare_recordings
from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recording import Recording
from gradtape.errors import UnknownIteration
from gradtape.spec import ExperimentSpec, examples, parse_spec
from gradtape.spec.interventions import Intervention
from gradtape.tape.difference import Difference, TensorDifference
from gradtape.tape.structure import Role


def example(key: str = "moons") -> ExperimentSpec:
    return parse_spec(examples()[key].spec.model_dump(mode="json") | {"device": "cpu"})


def edited(index: tuple[int, int], value: float) -> tuple[Recording, Recording]:
    """The first iteration, and again with another number in the first weight."""
    experiment = Experiment(example())
    experiment.record_iteration()
    experiment.seek(0)
    experiment.edit("fc1.weight", index, value)
    experiment.record_iteration()
    return experiment.replaced_recording(), experiment.recording()


def of_role(difference: Difference, role: Role, name: str) -> TensorDifference:
    (found,) = [
        each for each in difference.tensors if each.role == role and name in (each.name, each.of)
    ]
    return found


def test_an_iteration_does_not_differ_from_itself() -> None:
    recording = Experiment(example()).record_iteration()
    difference = compare_recordings(recording, recording, replaced=False)
    assert (difference.changed, difference.tensors) == (0, ())
    assert difference.compared == 32


def test_an_edited_number_is_the_only_one_that_differs_in_its_tensor() -> None:
    before, after = edited((3, 1), 2.5)
    old = float(before.values(before.find("fc1.weight"))[3, 1])
    found = of_role(compare_recordings(before, after, replaced=True), Role.PARAMETER, "fc1.weight")
    assert (found.numbers, found.changed) == (16, 1)
    assert (found.largest.index, found.largest.before, found.largest.after) == ((3, 1), old, 2.5)


def test_what_is_told_of_every_tensor_is_what_numpy_says() -> None:
    before, after = edited((0, 0), -3.0)
    difference = compare_recordings(before, after, replaced=True)
    assert difference.same_structure
    assert len(difference.tensors) == difference.changed > 20
    for each in difference.tensors:
        old = before.values(each.tensor_before).astype(np.float64)
        new = after.values(each.tensor).astype(np.float64)
        assert each.changed == (old != new).sum()
        change = np.abs(new - old)
        assert change[each.largest.index] == change.max()
        assert (each.largest.before, each.largest.after) == (
            old[each.largest.index],
            new[each.largest.index],
        )
        assert each.norm_before == pytest.approx(np.linalg.norm(old), rel=1e-12)
        assert each.norm_after == pytest.approx(np.linalg.norm(new), rel=1e-12)


def test_what_is_not_listed_has_not_changed() -> None:
    before, after = edited((0, 0), -3.0)
    listed = {each.tensor for each in compare_recordings(before, after, replaced=True).tensors}
    for row in after.structure.tensors:
        if row.name is not None and row.id not in listed:
            assert np.array_equal(before.values(row.id), after.values(row.id))


def test_the_largest_change_comes_first() -> None:
    difference = compare_recordings(*edited((0, 0), -3.0), replaced=True)
    changes = [abs(each.largest.after - each.largest.before) for each in difference.tensors]
    assert changes == sorted(changes, reverse=True)


def test_a_number_that_has_become_nan_is_the_largest_change_and_one_that_stays_nan_none() -> None:
    before, after = edited((2, 0), math.nan)
    difference = compare_recordings(before, after, replaced=True)
    weight = of_role(difference, Role.PARAMETER, "fc1.weight")
    assert weight.largest.index == (2, 0)
    assert math.isnan(weight.largest.after)
    assert math.isnan(difference.tensors[0].largest.after)
    assert compare_recordings(after, after, replaced=False).changed == 0
    experiment = Experiment(example())
    experiment.edit("fc1.weight", (2, 0), math.nan)
    again = experiment.record_iteration()
    assert compare_recordings(after, again, replaced=False).changed == 0


@pytest.mark.parametrize("key", sorted(examples()))
def test_with_a_gradient_scaled_by_one_every_value_is_found_again_unchanged(key: str) -> None:
    experiment = Experiment(example(key))
    plain = experiment.record_iteration()
    layer = experiment.spec.network.layers[0].name
    experiment.seek(0)
    experiment.intervene(Intervention(layer=layer, what="scale_gradient", factor=1.0))
    scaled = experiment.record_iteration()
    difference = compare_recordings(plain, scaled, replaced=True)
    assert not difference.same_structure
    assert difference.changed == 0
    everything = compare_recordings(plain, plain, replaced=False).compared
    # The parts of a sum arrive at what scales it, and no longer at the layer.
    rows = plain.structure.tensors
    assert all(rows[each.tensor].edge is not None for each in difference.only_before)
    assert difference.compared + len(difference.only_before) == everything


def test_behind_a_cut_value_tensors_are_found_again_by_where_they_were_made() -> None:
    experiment = Experiment(example())
    experiment.record_iteration()
    experiment.seek(0)
    experiment.intervene(Intervention(layer="tanh1", what="cut_value"))
    after = experiment.record_iteration()
    before = experiment.replaced_recording()
    difference = compare_recordings(before, after, replaced=True)
    forward = [
        each.name for each in difference.tensors if each.role is Role.INTERMEDIATE and each.name
    ]
    assert set(forward) == {"fc2", "tanh2", "fc3", "loss"}
    gradient = of_role(difference, Role.GRADIENT, "fc1.weight")
    assert gradient.norm_after == 0
    old = before.structure.tensors[before.find("fc1.weight")].gradient
    assert gradient.tensor_before == old


def test_a_frozen_layer_has_no_updated_parameters() -> None:
    experiment = Experiment(example())
    experiment.record_iteration()
    experiment.seek(0)
    experiment.intervene(Intervention(layer="fc2", what="freeze"))
    after = experiment.record_iteration()
    before = experiment.replaced_recording()
    difference = compare_recordings(before, after, replaced=True)
    assert difference.changed == 0
    lost = [(each.role, each.of) for each in difference.only_before]
    assert lost == [(Role.UPDATED, "fc2.weight"), (Role.UPDATED, "fc2.bias")]


def test_a_limited_number_of_tensors_is_listed_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = edited((0, 0), -3.0)
    whole = compare_recordings(before, after, replaced=True)
    monkeypatch.setattr(limits, "MAX_LISTED_DIFFERENCES", 3)
    short = compare_recordings(before, after, replaced=True)
    assert short.tensors == whole.tensors[:3]
    assert short.changed == whole.changed


def test_of_an_iteration_that_was_recorded_once_there_is_no_earlier_recording() -> None:
    experiment = Experiment(example())
    experiment.record_iteration()
    experiment.record_iteration()
    with pytest.raises(UnknownIteration, match="no earlier recording of iteration 1"):
        experiment.replaced_recording()
