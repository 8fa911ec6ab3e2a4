"""Gradients of the zoo's programs, against central differences and against their own sums."""

from contextlib import nullcontext

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gradtape.engine.recorder.recording import Recording
from gradtape.tape.structure import GradientEdge, Structure
from tests.engine.central_differences import differences_on_both_sides
from tests.engine.zoo_recordings import (
    Idle,
    Recordings,
    as_real_numbers,
    cases_for,
    same_bits,
    told_gradient,
)
from tests.zoo.program import OTHER_FORMULA, ZooCase
from tests.zoo.recording import record_program

ENTRIES_PER_LEAF = 16
"""Larger leaves are sampled: two forward passes for each number."""


@pytest.mark.parametrize("case", cases_for("differences"))
def test_recorded_gradients_equal_central_differences(
    case: ZooCase, capsys: pytest.CaptureFixture[str]
) -> None:
    program = case.build(torch.float64)
    recording = record_program(program)
    told = {
        name: differences_on_both_sides(
            lambda: program.differentiable().detach(),
            as_real_numbers(leaf),
            seed=seed,
            entries=ENTRIES_PER_LEAF,
        )
        for seed, (name, leaf) in enumerate(program.leaves.items())
    }
    gradients = {name: flat_gradient(recording, name) for name in told}
    largest = torch.cat(list(gradients.values())).abs().max().item()
    for name, differences in told.items():
        torch.testing.assert_close(
            gradients[name][differences.places], differences.slopes, rtol=1e-6, atol=1e-6 * largest,
            msg=lambda text, name=name: f"{name}: {text}",
        )  # fmt: skip
    checked = sum(len(differences.places) for differences in told.values())
    kinks = sum(len(differences.kinks) for differences in told.values())
    assert checked
    if kinks:
        with capsys.disabled():
            print(f"\n  {case.name}: {kinks} of {checked + kinks} numbers are at a kink")
    assert kinks <= 0.05 * (checked + kinks), f"{kinks} of {checked + kinks} at a kink"


def flat_gradient(recording: Recording, name: str) -> Tensor:
    """The whole gradient of a leaf in float64; none is as good as zero here."""
    gradient = told_gradient(recording, name)
    if gradient is None:
        return (
            torch.zeros(recording.structure.tensors[recording.find(name)].shape).double().view(-1)
        )
    return as_real_numbers(gradient).double().reshape(-1)


@pytest.mark.parametrize("case", cases_for("sums"))
def test_gradients_that_arrive_at_a_tensor_sum_to_its_whole_gradient(
    case: ZooCase, recordings: Recordings
) -> None:
    recording = recordings[case.name]
    structure = recording.structure
    arriving: dict[int, list[Tensor]] = {}
    for edge in structure.edges:
        if edge.of is None or edge.tensor is None or not counts(structure, edge):
            continue
        value = recording.tensor(edge.tensor)
        assert value is not None
        arriving.setdefault(edge.of, []).append(as_real_numbers(value))
    assert arriving
    for of, parts in arriving.items():
        number = structure.tensors[of].gradient
        assert number is not None, f"tensor {of} has no gradient"
        assert structure.tensors[number].shape == structure.tensors[of].shape
        value = recording.tensor(number)
        assert value is not None
        whole = as_real_numbers(value)
        precision = 8 * torch.finfo(whole.dtype).eps
        torch.testing.assert_close(
            sum(parts[1:], start=parts[0]), whole, rtol=precision, atol=precision, equal_nan=True,
            msg=lambda text, of=of: f"tensor {of}: {text}",
        )  # fmt: skip


def counts(structure: Structure, edge: GradientEdge) -> bool:
    """Whether what came along an edge is a part of the tensor's whole gradient.

    AccumulateGrad runs in loss.backward() only. A leaf that torch.autograd.grad was asked for has
    the last answer, and only where nothing was accumulated.
    """
    node = structure.nodes[edge.target]
    if node.name != "AccumulateGrad" or node.order is not None:
        return True
    targets = {other.target for other in structure.edges if other.of == edge.of and other.tensor}
    ran = any(structure.nodes[target].order is not None for target in targets)
    return not ran and edge.target == max(targets)


class Keeper(TorchFunctionMode):
    """Lets every result of a torch function keep its gradient, in a run that is not recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[str, Tensor]] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (list, tuple)) else [result]:
            if (
                isinstance(tensor, Tensor)
                and tensor.grad_fn is not None
                and not tensor.retains_grad
            ):
                tensor.retain_grad()
                self.kept.append((func.__name__, tensor))
        return result


@pytest.mark.parametrize("case", cases_for("intermediates"))
def test_every_result_has_the_gradient_that_retain_grad_keeps(
    case: ZooCase, recordings: Recordings
) -> None:
    program = case.build(torch.float64)
    with Idle() if OTHER_FORMULA in case.exceptions.values() else nullcontext():
        with Keeper() as keeper:
            loss = program.loss()
        # As they are now: what was written in place since has the gradient of what it became.
        values = [tensor.detach().clone() for _, tensor in keeper.kept]
        program.go_back(loss)
    recording = recordings[case.name]
    told = [
        (recording.tensor(tensor.id), recording.tensor(tensor.gradient))
        for tensor in recording.structure.tensors
        if tensor.gradient is not None
    ]
    missing = [
        f"{name} {tuple(value.shape)}"
        for (name, tensor), value in zip(keeper.kept, values, strict=True)
        if tensor.grad is not None
        and not any(
            known is not None
            and gradient is not None
            and same_bits(known, value)
            and same_bits(gradient, tensor.grad)
            for known, gradient in told
        )
    ]
    assert missing == []
