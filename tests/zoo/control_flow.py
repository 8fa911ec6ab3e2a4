"""Branches, loops, shared weights, and regions that gradients do not enter."""

import torch
from torch import Tensor, nn

from tests.zoo.program import Numbers, Program, ZooCase, build_module, case, formula, weigh


def branch_that_depends_on_a_value(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, weight: Tensor) -> Tensor:
        total = weigh(x)
        for row in x:
            total = total + (weigh(row * weight) if row.sum() > 0 else weigh(row.exp()))
        return total

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(4, 3), weight=numbers.leaf(3))


def loop_until_small(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        h = x
        while h.norm() > 0.5:
            h = h * 0.7
        return weigh(h)

    return formula(compute, x=Numbers(dtype).leaf(4))


def iteration_that_changes_its_flow(dtype: torch.dtype) -> Program:
    """Three inner rounds, each with other ops."""

    def compute(weight: Tensor) -> Tensor:
        h = torch.ones(3, dtype=dtype)
        for number in range(3):
            h = weight @ h
            h = (torch.tanh, torch.sigmoid, torch.sin)[number](h)
        return weigh(h)

    return formula(compute, weight=Numbers(dtype).leaf(3, 3))


class Shared(nn.Module):
    """One layer used three times, and a weight tied to it by another name."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.tied = nn.Linear(3, 3, bias=False)
        self.tied.weight = self.layer.weight

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = torch.tanh(self.layer(x))
        return self.tied(x)


def layer_used_three_times_and_tied(dtype: torch.dtype) -> Program:
    model = build_module(Shared, dtype)
    x = Numbers(dtype).normal(2, 3)
    return Program(lambda: weigh(model(x)), dict(model.named_parameters()), model)


class Listed(nn.Module):
    """Parameters in a list and a dictionary, modules in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.scales = nn.ParameterList([torch.ones(3) * (n + 1) for n in range(2)])
        self.shifts = nn.ParameterDict({"first": torch.zeros(3), "last": torch.ones(3)})
        self.blocks = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        for block, scale in zip(self.blocks, self.scales, strict=True):
            x = x + torch.tanh(block(x)) * scale
        return x * self.shifts["last"] + self.shifts["first"]


def parameters_in_lists(dtype: torch.dtype) -> Program:
    model = build_module(Listed, dtype)
    x = Numbers(dtype).normal(2, 3)
    return Program(lambda: weigh(model(x)), dict(model.named_parameters()), model)


def unused_parameter(dtype: torch.dtype) -> Program:
    model = build_module(lambda: nn.ModuleDict({"a": nn.Linear(3, 2), "b": nn.Linear(3, 2)}), dtype)
    x = Numbers(dtype).normal(2, 3)
    return Program(lambda: weigh(model["a"](x)), dict(model.named_parameters()), model)


def frozen_layer(dtype: torch.dtype) -> Program:
    model = build_module(lambda: nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2)), dtype)
    model[0].requires_grad_(False)
    x = Numbers(dtype).leaf(2, 3)
    leaves = {"x": x, "2.weight": model[2].weight, "2.bias": model[2].bias}
    return Program(lambda: weigh(model(x)), leaves, model)


def no_grad_region(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, centre: Tensor, scale: Tensor) -> Tensor:
        h = x * scale
        shifted = (h - centre) ** 2
        return weigh(shifted)

    numbers = Numbers(dtype)
    x, scale = numbers.leaf(4, 3), numbers.leaf(3)

    def loss() -> Tensor:
        with torch.no_grad():
            centre = (x * scale).mean(0)
        return compute(x, centre, scale)

    still = (x * scale).detach().mean(0)
    leaves = {"x": x, "scale": scale}
    return Program(loss, leaves, objective=lambda: compute(x, still, scale))


def leaf_used_only_under_no_grad(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x, watched = numbers.leaf(3), numbers.leaf(3)

    def loss() -> Tensor:
        with torch.no_grad():
            factor = watched.exp()
        return weigh(x * factor)

    return Program(loss, {"x": x, "watched": watched})


def detached_region(dtype: torch.dtype) -> Program:
    """A straight-through estimator: the forward value rounds, the gradient does not see it."""
    x = Numbers(dtype).leaf(5)

    def loss() -> Tensor:
        return weigh((x + (x.round() - x).detach()) * 2)

    return Program(loss, {"x": x}, objective=lambda: weigh(x * 2))


def inference_beside_training(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x = numbers.leaf(3)

    def loss() -> Tensor:
        with torch.inference_mode():
            told = (x.detach() * 2).sum()
        return weigh(x * x) * float(told > 0)

    return Program(loss, {"x": x})


def compiled_part(dtype: torch.dtype) -> Program:
    @torch.compile(backend="eager")
    def gate(x: Tensor) -> Tensor:
        return torch.sigmoid(x) * x

    return formula(lambda x: weigh(gate(x)), x=Numbers(dtype).leaf(4))


CASES: tuple[ZooCase, ...] = (
    case(branch_that_depends_on_a_value),
    case(loop_until_small),
    case(iteration_that_changes_its_flow),
    case(layer_used_three_times_and_tied),
    case(parameters_in_lists),
    case(unused_parameter),
    case(frozen_layer),
    case(no_grad_region),
    case(
        leaf_used_only_under_no_grad,
        differences="the loss moves with the leaf, and autograd is not to know",
    ),
    case(detached_region),
    case(inference_beside_training),
    case(compiled_part),
)
