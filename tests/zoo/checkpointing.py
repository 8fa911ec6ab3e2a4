"""torch.utils.checkpoint: what is not kept is computed again in the backward pass."""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from tests.zoo.program import Numbers, Program, ZooCase, build_module, case, weigh


def block() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Dropout(0.3), nn.Linear(4, 3))


def checkpointed(dtype: torch.dtype, *, use_reentrant: bool) -> Program:
    model = build_module(block, dtype)
    x = Numbers(dtype).leaf(2, 3)

    def loss() -> Tensor:
        torch.manual_seed(4)
        h = checkpoint(model, x * 2, use_reentrant=use_reentrant)
        return weigh(h.sin())

    return Program(loss, {**dict(model.named_parameters()), "x": x}, model)


def checkpoint_without_reentry(dtype: torch.dtype) -> Program:
    return checkpointed(dtype, use_reentrant=False)


def checkpoint_with_reentry(dtype: torch.dtype) -> Program:
    """A backward pass runs inside a node of the outer one."""
    return checkpointed(dtype, use_reentrant=True)


def checkpoint_of_a_chain(dtype: torch.dtype) -> Program:
    model = build_module(
        lambda: nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3), nn.Tanh()), dtype
    )
    x = Numbers(dtype).leaf(2, 3)

    def loss() -> Tensor:
        return weigh(checkpoint_sequential(model, 2, x * 2, use_reentrant=False))

    return Program(loss, {**dict(model.named_parameters()), "x": x}, model)


def checkpoint_in_a_checkpoint(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x, weight = numbers.leaf(2, 3), numbers.leaf(3, 3)

    def inner(h: Tensor) -> Tensor:
        return torch.tanh(h @ weight)

    def outer(h: Tensor) -> Tensor:
        return checkpoint(inner, h, use_reentrant=False) @ weight

    return Program(
        lambda: weigh(checkpoint(outer, x.exp(), use_reentrant=False)), {"x": x, "weight": weight}
    )


CASES: tuple[ZooCase, ...] = (
    case(checkpoint_without_reentry),
    case(checkpoint_with_reentry),
    case(checkpoint_of_a_chain),
    case(checkpoint_in_a_checkpoint),
)
