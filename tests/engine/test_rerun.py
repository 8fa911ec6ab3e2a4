"""A known structure run from its ops: bit for bit what the program itself gives, or not at all."""

import pytest
import torch
from torch import Tensor, nn

from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.structure_builder import KnownStructures
from tests.engine.zoo_recordings import same_bits
from tests.zoo.cases import CASES
from tests.zoo.program import Program, ZooCase
from tests.zoo.recording import model_and_others

# Python looks at a number, or resets the generator in the backward pass.
LOOK_AT_NUMBERS = ("branch_that_depends_on_a_value", "loop_until_small", "boolean_indexing")
CHECKPOINTED = ("checkpoint_without_reentry", "checkpoint_with_reentry")
# Another generator in each run; no loss to go back from; memory of which a part is never written; a
# value seen as another class, which no op tells from the value itself.
NEVER_REPEAT = (
    "dropout_with_a_generator",
    "row_by_row_jacobian",
    "conv2d_depthwise_circular",
    "tensor_subclass",
)


def record(program: Program, known: KnownStructures) -> Recording:
    """In full the first time, then compared with what is known."""
    model, others = model_and_others(program)
    with Recorder(model, tensors=others, known=known, expected=known.newest) as recorder:
        loss = program.run()
    return recorder.finish(loss=loss if loss.numel() == 1 else None, output=loss)


def run_again(program: Program, known: KnownStructures) -> Recording | None:
    """The recording of the ops alone."""
    model, others = model_and_others(program)
    recorder = Recorder(model, tensors=others, known=known, expected=known.newest)
    with recorder:
        ran = recorder.run_again()
    if ran is None:
        recorder.drop()
        return None
    return recorder.finish(loss=ran[0], output=ran[1])


def differing_values(one: Recording, other: Recording) -> list[int]:
    def same(left: Tensor | None, right: Tensor | None) -> bool:
        return left is right if left is None or right is None else same_bits(left, right)

    pairs = zip(one.held_values, other.held_values, strict=True)
    return [number for number, pair in enumerate(pairs) if not same(*pair)]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in NEVER_REPEAT], ids=lambda case: case.name
)
def test_a_program_run_from_its_ops_gives_the_same_bits(
    case: ZooCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = [0]
    plain_seed = torch.manual_seed
    # Programs seed in Python, which is not run again.
    monkeypatch.setattr(torch, "manual_seed", lambda seed: (seeds.append(seed), plain_seed(seed)))
    known = KnownStructures()
    record(case.build(torch.float64), known)
    program = case.build(torch.float64)
    compared = record(program, known)
    plain_seed(seeds[-1])
    again_program = case.build(torch.float64)
    again = run_again(again_program, known)
    if again is None:
        assert known.newest is not None
        assert known.newest.rerun is None
        return
    assert differing_values(compared, again) == []
    if program.backward is None:
        for name, leaf in program.leaves.items():
            other = again_program.leaves[name].grad
            assert leaf.grad is None if other is None else same_bits(leaf.grad, other)


@pytest.mark.parametrize(
    "name",
    [
        "graph_kept_and_used_twice",
        "shared_trunk_with_two_heads",
        "gradient_of_an_intermediate_returned",
        "gradient_penalty",
        "second_order_through_a_custom_function",
        "checkpoint_within_a_second_order_pass",
    ],
)
def test_what_several_passes_bring_is_added_up_as_in_a_full_recording(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    known = KnownStructures()
    for _ in range(2):
        record(case.build(torch.float64), known)
    full = record(with_other_numbers(case), KnownStructures())
    again = run_again(with_other_numbers(case), known)
    assert again is not None
    assert differing_values(full, again) == []


def with_other_numbers(case: ZooCase) -> Program:
    program = case.build(torch.float64)
    with torch.no_grad():
        for leaf in program.leaves.values():
            leaf.mul_(1.25)
    return program


@pytest.mark.parametrize("name", [*LOOK_AT_NUMBERS, *CHECKPOINTED])
def test_what_looks_at_numbers_is_not_run_from_its_ops(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    known = KnownStructures()
    for _ in range(2):
        record(case.build(torch.float64), known)
    assert run_again(case.build(torch.float64), known) is None


def step(
    model: nn.Module, x: Tensor, known: KnownStructures, *, again: bool = False
) -> Recording | None:
    model.zero_grad()
    expected = known.newest
    recorder = Recorder(model, tensors={"input": x}, known=known, expected=expected)
    with recorder:
        ran = recorder.run_again() if again else None
        if ran is None and not again:
            output = model(x)
            ran = output.sum(), output
            ran[0].backward()
    if ran is None:
        recorder.drop()
        return None
    return recorder.finish(loss=ran[0], output=ran[1])


@pytest.mark.parametrize(
    "x",
    [torch.ones(5, 3), torch.ones(3, 4).t(), torch.ones(4, 3, requires_grad=True)],
    ids=["another batch size", "another layout", "followed by autograd"],
)
def test_an_input_of_another_kind_is_not_run_from_known_ops(x: Tensor) -> None:
    known, model = KnownStructures(), nn.Linear(3, 2)
    for _ in range(2):
        step(model, torch.ones(4, 3), known)
    assert step(model, torch.zeros(4, 3), known, again=True) is not None
    assert step(model, x, known, again=True) is None


def test_a_frozen_parameter_is_not_run_from_known_ops() -> None:
    known, model = KnownStructures(), nn.Linear(3, 2)
    for _ in range(2):
        step(model, torch.ones(4, 3), known)
    model.bias.requires_grad_(False)
    assert step(model, torch.ones(4, 3), known, again=True) is None


def test_what_was_run_from_its_ops_is_kept_as_it_was() -> None:
    known, model = KnownStructures(), nn.Linear(3, 2)
    for _ in range(2):
        step(model, torch.ones(4, 3), known)
    recording = step(model, torch.ones(4, 3), known, again=True)
    assert recording is not None
    weight = model.weight.detach().clone()
    gradient = model.weight.grad
    assert gradient is not None
    with torch.no_grad():
        model.weight.zero_()
        gradient.zero_()
    number = recording.find("weight")
    assert torch.equal(torch.from_numpy(recording.values(number)), weight)
    told = recording.structure.tensors[number].gradient
    assert told is not None
    assert (recording.values(told) == 4).all()
