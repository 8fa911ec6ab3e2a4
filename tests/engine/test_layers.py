import pytest
import torch
from torch import nn

from gradtape.engine.network.layers import Add, Concat, Dropout, Multiply, Shared


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_dropout_is_torchs_dropout_under_the_same_seed(p: float, dtype: torch.dtype) -> None:
    x = torch.randn(40, 30, generator=seeded(1), dtype=dtype)
    ours = Dropout(p, generator=seeded(3))(x)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        theirs = nn.Dropout(p)(x)
    assert torch.equal(ours, theirs)


def test_dropout_has_torchs_gradient_under_the_same_seed() -> None:
    ours = torch.ones(20, requires_grad=True)
    theirs = torch.ones(20, requires_grad=True)
    Dropout(0.25, generator=seeded(3))(ours).sum().backward()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        nn.Dropout(0.25)(theirs).sum().backward()
    assert ours.grad is not None
    assert theirs.grad is not None
    assert torch.equal(ours.grad, theirs.grad)
    assert sorted(set(ours.grad.tolist())) == pytest.approx([0.0, 4 / 3])


def test_dropout_draws_anew_each_time_from_its_own_generator() -> None:
    dropout = Dropout(0.5, generator=seeded(0))
    x = torch.ones(64)
    before = torch.get_rng_state()
    assert not torch.equal(dropout(x), dropout(x))
    assert torch.equal(torch.get_rng_state(), before)


def test_add_and_multiply_go_from_left_to_right() -> None:
    a, b, c = torch.tensor([2.0, 3.0]), torch.tensor([5.0]), torch.tensor([7.0, 11.0])
    assert Add()(a, b, c).tolist() == [14.0, 19.0]
    assert Multiply()(a, b, c).tolist() == [70.0, 165.0]


def test_concat_lays_its_inputs_side_by_side() -> None:
    a, b = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0, 4.0], [5.0, 6.0]])
    assert Concat(1)(a, b).tolist() == [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]


def test_a_shared_layer_computes_as_the_original_and_owns_nothing() -> None:
    original = nn.Linear(3, 2)
    shared = Shared(original)
    x = torch.ones(1, 3)
    assert torch.equal(shared(x), original(x))
    assert list(shared.parameters()) == []
    assert list(shared.modules()) == [shared]


def test_hooks_of_the_original_stay_silent_when_it_is_shared() -> None:
    original = nn.Linear(3, 2)
    calls: list[str] = []
    original.register_forward_hook(lambda *_: calls.append("original"))
    Shared(original)(torch.ones(1, 3))
    assert calls == []
