"""torch.func, forward-mode derivatives, and parameters that are computed."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.func import functional_call, grad, jvp, vmap
from torch.nn.utils import parametrize

from tests.zoo.program import Numbers, Program, ZooCase, build_module, case, formula, weigh

UNSUPPORTED = "torch has no retain_grad() inside of a transform"


def vmap_over_rows(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, weight: Tensor) -> Tensor:
        return weigh(vmap(lambda row: torch.tanh(row @ weight) * row.sum())(x))

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(4, 3), weight=numbers.leaf(3, 2))


def gradient_by_func(dtype: torch.dtype) -> Program:
    """The inner derivative is torch.func's, the outer one a backward pass through it."""

    def compute(x: Tensor, weight: Tensor) -> Tensor:
        slope = grad(lambda point: torch.tanh(point @ weight).sum())(x)
        return weigh(slope**2)

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(3), weight=numbers.leaf(3, 2))


def gradients_per_sample(dtype: torch.dtype) -> Program:
    def compute(weight: Tensor) -> Tensor:
        def loss(weight: Tensor, row: Tensor) -> Tensor:
            return torch.sin(row @ weight).sum()

        return weigh(vmap(grad(loss), in_dims=(None, 0))(weight, rows).exp())

    numbers = Numbers(dtype)
    rows = numbers.normal(4, 3)
    return formula(compute, weight=numbers.leaf(3, 2))


def functional_call_with_other_parameters(dtype: torch.dtype) -> Program:
    model = build_module(lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), dtype)
    numbers = Numbers(dtype)
    x, scale = numbers.normal(5, 3), numbers.leaf(4, 3)
    named = dict(model.named_parameters())

    def loss() -> Tensor:
        return weigh(functional_call(model, {**named, "0.weight": named["0.weight"] * scale}, (x,)))

    return Program(loss, {**named, "scale": scale}, model)


@contextmanager
def forward_derivatives() -> Iterator[None]:
    """The first one of a process scripts some of torch's own formulas, which warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def forward_mode_by_func(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    direction = numbers.normal(3)

    def compute(x: Tensor) -> Tensor:
        with forward_derivatives():
            value, slope = jvp(lambda point: torch.sin(point) * point, (x,), (direction,))
        return weigh(value) + (slope**2).sum()

    return formula(compute, x=numbers.leaf(3))


def dual_numbers(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    direction = numbers.normal(3)

    def compute(x: Tensor) -> Tensor:
        with forward_derivatives(), forward_ad.dual_level():
            dual = forward_ad.make_dual(x * 2, direction)
            value, slope = forward_ad.unpack_dual(dual.sin() * dual)
            return weigh(value) + (slope**2).sum()

    return formula(compute, x=numbers.leaf(3))


class Symmetric(nn.Module):
    """A matrix from its upper triangle."""

    def forward(self, x: Tensor) -> Tensor:
        return x.triu() + x.triu(1).transpose(-1, -2)


def parametrized_and_cached(dtype: torch.dtype) -> Program:
    """The weight is computed once and used three times."""
    model = build_module(lambda: nn.Linear(3, 3), dtype)
    parametrize.register_parametrization(model, "weight", Symmetric())
    x = Numbers(dtype).leaf(2, 3)

    def loss() -> Tensor:
        with parametrize.cached():
            return weigh(torch.tanh(model(model(x)) @ model.weight))

    return Program(loss, {**dict(model.named_parameters()), "x": x}, model)


CASES: tuple[ZooCase, ...] = (
    case(vmap_over_rows, intermediates=UNSUPPORTED),
    case(gradient_by_func, intermediates=UNSUPPORTED),
    case(gradients_per_sample, intermediates=UNSUPPORTED),
    case(functional_call_with_other_parameters),
    case(forward_mode_by_func, intermediates=UNSUPPORTED),
    case(dual_numbers, nodes="an alias makes the first part of a dual number, by a view's node"),
    case(parametrized_and_cached),
)
