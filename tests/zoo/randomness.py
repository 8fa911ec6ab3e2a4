"""Randomness in the forward pass, seeded inside."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, module_program, weigh


def seeded(function: Callable[[Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    def compute(x: Tensor) -> Tensor:
        torch.manual_seed(7)
        return weigh(function(x))

    return lambda dtype: formula(compute, x=Numbers(dtype).leaf(4, 6, 2))


SEEDED: dict[str, Callable[[torch.dtype], Program]] = {
    "dropout": seeded(lambda x: F.dropout(x, 0.4)),
    "dropout_in_place": seeded(lambda x: F.dropout(x * 2, 0.4, inplace=True)),
    "dropout_of_channels": seeded(lambda x: F.dropout1d(x, 0.4)),
    "alpha_dropout": seeded(lambda x: F.alpha_dropout(x, 0.3, training=True)),
    "random_leaky_relu": seeded(lambda x: F.rrelu(x, training=True)),
    "gumbel_softmax": seeded(lambda x: F.gumbel_softmax(x, dim=1)),
    "noise_added": seeded(lambda x: x * torch.randn_like(x) + torch.rand(2, dtype=x.dtype)),
    "random_permutation": seeded(lambda x: x[torch.randperm(4)] * x),
}


def dropout_with_a_generator(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(3)
        kept = torch.empty_like(x).bernoulli_(0.6, generator=generator)
        return weigh(x * kept / 0.6)

    return formula(compute, x=Numbers(dtype).leaf(4, 3))


def dropout_between_layers(dtype: torch.dtype) -> Program:
    def loss(model: nn.Module, x: Tensor) -> Tensor:
        torch.manual_seed(2)
        return weigh(model(x))

    return module_program(
        lambda: nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 2)),
        lambda numbers: {"input": numbers.normal(4, 3)},
        dtype,
        loss=loss,
    )


def sampled_action(dtype: torch.dtype) -> Program:
    def compute(scores: Tensor) -> Tensor:
        torch.manual_seed(11)
        chances = scores.softmax(1)
        actions = torch.multinomial(chances, 1)
        return -(
            chances.log().gather(1, actions) * torch.arange(1.0, 4.0).to(scores)[:, None]
        ).sum()

    return formula(compute, scores=Numbers(dtype).leaf(3, 4))


CASES: tuple[ZooCase, ...] = (
    *(ZooCase(name, build) for name, build in SEEDED.items()),
    case(dropout_with_a_generator),
    case(dropout_between_layers),
    case(sampled_action),
)
