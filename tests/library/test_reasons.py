"""Why a value has no gradient, and which op made the first number that is not finite."""

import math

import pytest
import torch
from torch import Tensor, nn

import gradtape


def leaf(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def op_named(tape: gradtape.Tape, name: str) -> int:
    return next(op.id for op in tape.ops if op.name == f"aten.{name}")


def test_what_the_loss_does_not_depend_on() -> None:
    w, v = leaf(3.0), leaf(4.0)
    with gradtape.record() as tape:
        aside = v * 2
        (w * w).sum().backward()
    assert tape.gradient("aside") is None
    assert tape.why_no_gradient("aside") == "the loss does not depend on it"
    assert tape.why_no_gradient("v") == "the loss does not depend on it"


def test_what_was_made_under_no_grad() -> None:
    w = leaf(3.0)
    with gradtape.record() as tape:
        with torch.no_grad():
            scale = w * 2
        (w * scale).sum().backward()
    expected = f"it was made under no_grad, at op {op_named(tape, 'mul')}"
    assert tape.why_no_gradient("scale") == expected
    assert tape.gradient("w").tolist() == [6.0]  # scale is a constant


def test_what_was_detached() -> None:
    w = leaf(3.0)
    with gradtape.record() as tape:
        apart = w.detach()
        later = apart * 5
        (w * later).sum().backward()
    expected = f"it was detached at op {op_named(tape, 'detach')}"
    assert tape.why_no_gradient("apart") == expected
    assert tape.why_no_gradient("later") == expected
    assert tape.gradient("w").tolist() == [15.0]


def test_what_is_made_of_whole_numbers() -> None:
    w = leaf(3.0, 4.0)
    index = torch.tensor([1])
    with gradtape.record() as tape:
        w[index].sum().backward()
    assert tape.why_no_gradient("index") == "its numbers are of type int64"
    assert tape.gradient("w").tolist() == [0, 1]


def test_what_was_overwritten_in_place() -> None:
    with gradtape.record() as tape:
        w = leaf(3.0)
        with torch.no_grad():
            w.fill_(5.0)
        (w * w).sum().backward()
    op = op_named(tape, "fill_")
    before = next(each for each in tape.tensors if each.why_no_gradient and each.is_leaf)
    assert before.why_no_gradient == f"it was overwritten in place, at op {op}, before it was used"
    assert tape.gradient("w").tolist() == [10.0]


def test_a_recording_without_a_backward_pass_says_so() -> None:
    w = leaf(3.0)
    with gradtape.record() as tape:
        y = w * 2
    assert tape.why_no_gradient("y") == "no backward pass was run"


def test_the_logarithm_of_zero_is_the_first_bad_number() -> None:
    x = leaf(1.0, 0.0)
    with gradtape.record() as tape:
        logs = x.log()
        (logs * 2).sum().backward()
    bad = tape.first_bad_number()
    assert bad.op == op_named(tape, "log")
    assert (bad.phase, bad.index, bad.value) == ("forward", (1,), -math.inf)
    assert [(each.index, each.value) for each in bad.operands] == [((1,), 0.0)]
    assert bad.message == f"op {bad.op}, log, in the forward pass made -Infinity of x = 0"


def test_zero_by_zero_is_the_first_bad_number() -> None:
    a, b = leaf(0.0), leaf(0.0)
    with gradtape.record() as tape:
        (a / b).sum().backward()
    bad = tape.first_bad_number()
    assert math.isnan(bad.value)
    assert bad.message == f"op {bad.op}, div, in the forward pass made NaN of a = 0, b = 0"


def test_an_exponential_that_overflows_is_the_first_bad_number() -> None:
    x = torch.tensor([[0.0, 100.0]], requires_grad=True)
    with gradtape.record() as tape:
        x.exp().sum().backward()
    bad = tape.first_bad_number()
    assert (bad.index, bad.value, bad.operands[0].value) == ((0, 1), math.inf, 100.0)


def test_a_bad_number_of_the_backward_pass_alone_is_found_there() -> None:
    x = leaf(0.0)
    with gradtape.record() as tape:
        x.sqrt().sum().backward()
    assert tape.loss == 0
    bad = tape.first_bad_number()
    assert bad.phase == "backward"
    assert bad.value == math.inf  # 1 / (2 √0)
    assert tape.gradient("x").tolist() == [math.inf]


def test_large_finite_numbers_are_not_bad() -> None:
    x = leaf(1e300)
    with gradtape.record() as tape:
        (x * 10).sum().backward()
    assert tape.first_bad_number() is None


def test_the_bad_number_of_an_iteration_is_its_own() -> None:
    network = nn.Linear(1, 1).double()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    with gradtape.record(network, every=1) as tape:
        for factor in (1.0, math.inf):
            network(torch.ones(1, 1, dtype=torch.float64)).mul(factor).sum().backward()
            optimizer.step()
    assert tape.first_bad_number(iteration=0) is None
    assert tape.first_bad_number(iteration=1).value in (math.inf, -math.inf)


@pytest.mark.parametrize("values", [(0.5,), (1e-300, -1e300)])
def test_finite_numbers_have_no_bad_one(values: tuple[float, ...]) -> None:
    x = leaf(*values)
    with gradtape.record() as tape:
        (x + 1).sum().backward()
    assert tape.first_bad_number() is None
