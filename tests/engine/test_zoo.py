"""The laws of the tape, over every program of the zoo."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from gradtape.engine.recording import Recording
from gradtape.engine.structure_builder import KnownStructures
from gradtape.tape.structure import EventKind
from tests.engine.central_differences import differences_on_both_sides
from tests.engine.replay import CannotReplay, replay, same_bits
from tests.zoo.cases import CASES
from tests.zoo.program import Law, Program, ZooCase
from tests.zoo.recorder_faults import FAULTS
from tests.zoo.recording import record_program

ENTRIES_PER_LEAF = 24
"""Larger leaves are sampled: two forward passes for each number."""


def cases_for(law: Law) -> list[Any]:
    """All cases: those that the law cannot hold for are skipped, known faults must fail."""
    return [pytest.param(case, id=case.name, marks=_marks(case, law)) for case in CASES]


def _marks(case: ZooCase, law: Law) -> list[pytest.MarkDecorator]:
    if law in case.exceptions:
        return [pytest.mark.skip(reason=case.exceptions[law])]
    if (case.name, law) in FAULTS:
        return [pytest.mark.xfail(reason=FAULTS[case.name, law], strict=True)]
    return []


class Recordings(dict[str, Recording]):
    """One recording of each case in float64, made when it is first asked for."""

    def __missing__(self, name: str) -> Recording:
        case = next(case for case in CASES if case.name == name)
        self[name] = record_program(case.build(torch.float64))
        return self[name]


@pytest.fixture(scope="module")
def recordings() -> Recordings:
    return Recordings()


@pytest.fixture(autouse=True)
def own_randomness() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(99)
        yield


def told_gradient(recording: Recording, name: str) -> Tensor | None:
    """What the tape says is the whole gradient of a named tensor."""
    number = recording.structure.tensors[recording.find(name)].gradient
    return None if number is None else recording.tensor(number)


def as_real_numbers(tensor: Tensor) -> Tensor:
    """Dense; a complex number as two."""
    dense = tensor.detach().to_dense() if tensor.layout is not torch.strided else tensor.detach()
    dense = dense.resolve_conj().resolve_neg()
    return torch.view_as_real(dense) if dense.is_complex() else dense


@pytest.mark.parametrize("case", cases_for("differences"))
def test_recorded_gradients_equal_central_differences(case: ZooCase, tally: "Tally") -> None:
    program = case.build(torch.float64)
    recording = record_program(program)
    checked, kinks = 0, 0
    for seed, (name, leaf) in enumerate(program.leaves.items()):
        told = differences_on_both_sides(
            lambda: program.differentiable().detach(),
            as_real_numbers(leaf),
            seed=seed,
            entries=ENTRIES_PER_LEAF,
        )
        gradient = told_gradient(recording, name)
        slopes = torch.zeros(leaf.shape) if gradient is None else as_real_numbers(gradient)
        slopes = slopes.reshape(-1)
        largest = max(1e-6, slopes.abs().max().item() if slopes.numel() else 0.0)
        error = (slopes[told.places] - told.slopes).abs()
        assert error.numel() == 0 or error.max().item() <= 1e-6 * largest, name
        checked += len(told.places)
        kinks += len(told.kinks)
    tally.checked += checked
    tally.kinks += kinks
    assert kinks <= 0.05 * (checked + kinks)


@pytest.mark.parametrize("case", cases_for("plain"))
def test_a_recorded_run_computes_what_a_plain_run_does(case: ZooCase) -> None:
    plain, recorded = case.build(torch.float32), case.build(torch.float32)
    loss = plain.run()
    randomness = torch.get_rng_state()
    torch.manual_seed(99)
    recording = record_program(recorded)
    assert torch.equal(torch.get_rng_state(), randomness)
    output = recording.structure.output
    assert output is not None
    told_loss = recording.tensor(output)
    assert told_loss is not None
    assert same_bits(told_loss, loss)
    for name, leaf in plain.leaves.items():
        grad = recorded.leaves[name].grad
        assert_same(grad, leaf.grad, f"{name}.grad after recording")
        assert_same(told_gradient(recording, name), leaf.grad, f"{name} on the tape")


def assert_same(found: Tensor | None, expected: Tensor | None, what: str) -> None:
    if expected is None:
        assert found is None, what
    else:
        assert found is not None, f"{what}: none"
        assert same_bits(found, expected), f"{what}: {found} for {expected}"


@pytest.mark.parametrize("case", cases_for("afterwards"))
def test_what_is_written_after_the_recording_is_not_on_the_tape(case: ZooCase) -> None:
    program = case.build(torch.float32)
    recording = record_program(program)
    before = snapshot(recording)
    with torch.no_grad():
        for leaf in program.leaves.values():
            leaf.fill_(7)
            if leaf.grad is not None:
                leaf.grad.zero_()
    assert changed(before, snapshot(recording)) == []


def snapshot(recording: Recording) -> list[Tensor | None]:
    values = (recording.tensor(tensor.id) for tensor in recording.structure.tensors)
    return [None if value is None or value.is_meta else value.clone() for value in values]


def changed(before: list[Tensor | None], after: list[Tensor | None]) -> list[int]:
    return [
        number
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        if old is not None and (new is None or not same_bits(old, new))
    ]


@pytest.mark.parametrize("case", cases_for("sums"))
def test_gradients_that_arrive_at_a_tensor_sum_to_its_whole_gradient(
    case: ZooCase, recordings: Recordings
) -> None:
    recording = recordings[case.name]
    structure = recording.structure
    arriving: dict[int, list[Tensor]] = {}
    for edge in structure.edges:
        if edge.of is not None and edge.tensor is not None:
            value = recording.tensor(edge.tensor)
            assert value is not None
            arriving.setdefault(edge.of, []).append(as_real_numbers(value))
    assert arriving
    for of, parts in arriving.items():
        number = structure.tensors[of].gradient
        assert number is not None, f"tensor {of} has no gradient"
        value = recording.tensor(number)
        assert value is not None
        whole = as_real_numbers(value)
        precision = 8 * torch.finfo(whole.dtype).eps
        total = sum(parts[1:], start=parts[0])
        torch.testing.assert_close(
            total, whole, rtol=precision, atol=precision, equal_nan=True,
            msg=lambda text, of=of: f"tensor {of}: {text}",
        )  # fmt: skip


@pytest.mark.parametrize("case", cases_for("events"))
def test_events_cover_the_ops_in_order_and_reveal_each_tensor_once(
    case: ZooCase, recordings: Recordings
) -> None:
    structure = recordings[case.name].structure
    at = 0
    for event in structure.events:
        assert event.first_op == at
        assert event.end_op >= at
        at = event.end_op
        if event.kind is EventKind.FORWARD_OP:
            assert event.first_op <= event.subject < event.end_op
        else:
            assert structure.nodes[event.subject].order is not None
    assert at == len(structure.ops)
    revealed = [tensor for event in structure.events for tensor in event.reveals]
    assert len(revealed) == len(set(revealed))
    gradients = {tensor.gradient for tensor in structure.tensors} - {None}
    assert gradients <= set(revealed)
    for op in structure.ops:
        for operand in op.operands:
            producer = structure.tensors[operand].op
            assert producer is None or producer < op.id


@pytest.mark.parametrize("case", cases_for("nodes"))
def test_every_node_has_its_op_and_its_place_in_the_engines_order(
    case: ZooCase, recordings: Recordings
) -> None:
    structure = recordings[case.name].structure
    wrong = [
        f"{node.name} ← {None if node.op is None else structure.ops[node.op].name}"
        for node in structure.nodes
        if not made_by(node.name, None if node.op is None else structure.ops[node.op].name)
    ]
    assert wrong == []
    assert all(
        structure.ops[node.op].node == node.id for node in structure.nodes if node.op is not None
    )
    ran = sorted(
        (node for node in structure.nodes if node.order is not None), key=lambda n: n.order
    )
    orders = [node.order for node in ran]
    assert len(set(orders)) == len(orders)
    names = iter([node.name for node in ran])
    # What ran inside of a node, or before the loss was there, lies between.
    missing = [name for name in engine_order(case.build(torch.float64)) if name not in names]
    assert missing == []


def made_by(node: str, op: str | None) -> bool:
    """Whether a node of this name can have been made by an op of that name."""
    if node == "AccumulateGrad":
        return op is None
    if op is None:
        return False
    stem = node.rstrip("0123456789").removesuffix("Backward").replace("_", "").lower()
    name = op.partition(".")[2].replace("_", "").lower()
    return stem == name


def engine_order(program: Program) -> list[str]:
    """The names of the nodes of the last backward pass, as hooks of our own see them run."""
    order: list[str] = []
    loss = program.loss()
    met, waiting = set(), [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in met:
            continue
        met.add(node)
        name = node.name().removeprefix("torch::autograd::")
        node.register_hook(lambda *_told, name=name: order.append(name))
        waiting += [following for following, _ in node.next_functions]
    program.go_back(loss)
    return order


class Tally:
    """What was checked over the whole zoo, told at its end."""

    def __init__(self) -> None:
        self.checked = 0
        self.kinks = 0


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally()


@pytest.mark.parametrize("case", cases_for("replay"))
def test_replayed_backward_ops_give_the_recorded_results(
    case: ZooCase, recordings: Recordings
) -> None:
    recording = recordings[case.name]
    wrong = []
    for op in recording.structure.ops:
        try:
            replay(op, recording)
        except CannotReplay:
            pass
        except AssertionError as error:
            wrong.append(str(error))
    assert wrong == []


@pytest.mark.parametrize("case", cases_for("repeats"))
def test_recorded_twice_a_program_gives_the_same_tape(case: ZooCase) -> None:
    known = KnownStructures()
    first = record_program(case.build(torch.float32))
    second = record_program(case.build(torch.float32), known=known)
    third = record_program(case.build(torch.float32), known=known)
    assert second.structure == first.structure
    assert third.structure is second.structure
    assert first.frame.blob == second.frame.blob == third.frame.blob
