"""The forward pass alone: the same numbers as in a whole iteration, and nothing after them."""

from typing import Any

import numpy as np
import pytest

from gradtape.engine.experiment import Experiment
from gradtape.engine.forward_pass import record_forward_pass
from gradtape.engine.recorder.recording import Recording
from gradtape.spec import examples, parse_spec, runnable_part
from gradtape.tape.structure import EventKind
from tests.spec.raw_specs import linear, raw_spec

WRONG: dict[str, Any] = raw_spec(
    linear(4, name="fc1"), {"kind": "relu"}, linear(3, name="fc2", in_features=7), seed=3
)


def record_part(raw: dict[str, Any]) -> Recording:
    part = runnable_part(raw)
    assert part is not None
    return record_forward_pass(part)


def forward_values(recording: Recording) -> dict[str, np.ndarray]:
    """By name, what stands on the tape before the backward pass."""
    return {
        tensor.name: recording.values(tensor.id)
        for tensor in recording.structure.tensors
        if tensor.name is not None and tensor.name not in ("target", "loss")
    }


@pytest.mark.parametrize("key", examples())
def test_its_numbers_are_those_of_the_first_iteration(key: str) -> None:
    spec = examples()[key].spec
    whole = forward_values(Experiment(spec).record_iteration())
    alone = forward_values(record_forward_pass(spec))
    assert alone.keys() == whole.keys()
    for name, values in alone.items():
        assert np.array_equal(values, whole[name]), name


def test_the_part_before_a_mistake_computes_what_it_would_in_a_right_network() -> None:
    right = raw_spec(linear(4, name="fc1"), {"kind": "relu"}, linear(1, name="fc2"), seed=3)
    whole = forward_values(Experiment(parse_spec(right)).record_iteration())
    part = forward_values(record_part(WRONG))
    assert set(part) == {"input", "fc1.weight", "fc1.bias", "fc1", "relu"}
    for name, values in part.items():
        assert np.array_equal(values, whole[name]), name


def test_the_tape_holds_forward_ops_and_nothing_else() -> None:
    recording = record_part(WRONG)
    structure = recording.structure
    assert {event.kind for event in structure.events} == {EventKind.FORWARD_OP}
    assert (structure.loss, recording.frame.loss) == (None, None)
    assert structure.output is not None
    assert structure.tensors[structure.output].name == "relu"
    assert [call.path for call in structure.calls if call.path] == ["fc1", "relu"]


def test_every_result_says_that_only_the_backward_pass_is_missing() -> None:
    recording = record_part(WRONG)
    reasons = {
        tensor.name: tensor.why_no_gradient
        for tensor in recording.structure.tensors
        if tensor.name is not None
    }
    assert reasons.pop("input") == "it does not require a gradient"
    assert set(reasons.values()) == {"no backward pass was run"}


def test_a_network_without_parameters_can_be_looked_at() -> None:
    recording = record_part(raw_spec({"kind": "relu"}, {"kind": "tanh"}))
    x = recording.values(recording.find("input"))
    assert np.allclose(recording.values(recording.find("tanh")), np.tanh(np.maximum(x, 0)))
