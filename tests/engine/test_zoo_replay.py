"""Each recorded op, run again on its recorded operands, gives its recorded results."""

from collections import Counter
from typing import NamedTuple

import pytest
import torch

from gradtape.engine.recorder.recording import Recording
from gradtape.tape.structure import Phase, Role
from tests.engine.recording_cases import record_formula, scalar
from tests.engine.replay import CannotReplay, replay
from tests.engine.zoo_recordings import Recordings, cases_for
from tests.zoo.cases import CASES
from tests.zoo.program import ZooCase


class Replayed(NamedTuple):
    """What became of the ops of one recording.

    Attributes:
        same: op ids that gave the recorded results again.
        left_out: op id → why it was not run.
        wrong: what went wrong, in words.
    """

    same: set[int]
    left_out: dict[int, str]
    wrong: list[str]


def replay_all(recording: Recording) -> Replayed:
    told = Replayed(set(), {}, [])
    for op in recording.structure.ops:
        try:
            replay(op, recording)
            told.same.add(op.id)
        except CannotReplay as reason:
            told.left_out[op.id] = str(reason)
        except AssertionError as error:
            told.wrong.append(str(error))
    return told


@pytest.mark.parametrize("case", cases_for("replay"))
def test_replayed_ops_give_the_recorded_results(case: ZooCase, recordings: Recordings) -> None:
    assert replay_all(recordings[case.name]).wrong == []


@pytest.mark.parametrize("case", cases_for("reached"))
def test_every_gradient_comes_out_of_a_replayed_op_or_is_a_sum_of_such(
    case: ZooCase, recordings: Recordings
) -> None:
    recording = recordings[case.name]
    told = replay_all(recording)
    gradients = [each for each in recording.structure.tensors if each.role is Role.GRADIENT]
    parts = Counter(gradient.of for gradient in gradients if gradient.op is not None)
    # What several backward passes brought is summed by no op.
    adrift = [
        gradient.id
        for gradient in gradients
        if gradient.op not in told.same and not (gradient.op is None and parts[gradient.of] > 1)
    ]
    assert adrift == []


def test_a_number_that_was_not_computed_so_is_noticed() -> None:
    recording = record_formula(lambda a, b: (a * b).sin(), a=scalar(3.0), b=scalar(5.0))
    assert replay_all(recording).wrong == []
    product = recording.tensor(recording.structure.ops[0].results[0])
    assert product is not None
    with torch.no_grad():
        product.add_(1e-12)
    # Its own op, the sine that it goes into, and the cosine that the sine's node computed.
    wrong = replay_all(recording).wrong
    assert [text.partition(":")[0].split()[2] for text in wrong] == [
        "aten.mul",
        "aten.sin",
        "aten.cos",
    ]


def test_nearly_all_backward_ops_of_the_zoo_can_be_replayed(
    recordings: Recordings, capsys: pytest.CaptureFixture[str]
) -> None:
    replayed, left_out = 0, Counter[str]()
    for case in CASES:
        recording = recordings[case.name]
        told = replay_all(recording)
        for op in recording.structure.ops:
            if op.phase is Phase.BACKWARD:
                replayed += op.id in told.same
                if op.id in told.left_out:
                    left_out[f"{op.name}: {told.left_out[op.id]}"] += 1
    with capsys.disabled():
        print(f"\n  {replayed} backward ops replayed, {left_out.total()} left out:")
        for reason, count in left_out.most_common():
            print(f"    {count} × {reason}")
    assert replayed > 5 * left_out.total()
