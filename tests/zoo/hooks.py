"""Hooks of the user's own, on tensors, modules and nodes."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import save_on_cpu, saved_tensors_hooks

from tests.zoo.program import Numbers, Program, ZooCase, build_module, case, formula, weigh

REPLACED = "a hook replaces a gradient on its way"


def hook_that_looks(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        h = x.exp()
        seen: list[Tensor] = []
        h.register_hook(seen.append)
        return weigh(h * h)

    return formula(compute, x=Numbers(dtype).leaf(3))


def hook_that_scales_an_intermediate(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        h = x.exp()
        h.register_hook(lambda gradient: gradient * 3)
        return weigh(h.sin() * h)

    program = formula(compute, x=Numbers(dtype).leaf(3))
    # All of the loss goes through h.
    program.objective = lambda: 3 * program.loss()
    return program


def hook_that_scales_at_a_leaf(dtype: torch.dtype) -> Program:
    x = Numbers(dtype).leaf(3)
    x.register_hook(lambda gradient: gradient * -0.5)

    def loss() -> Tensor:
        return weigh(x.sin() * x)

    return Program(loss, {"x": x}, objective=lambda: -0.5 * loss())


def hook_after_accumulation(dtype: torch.dtype) -> Program:
    def clip(leaf: Tensor) -> None:
        assert leaf.grad is not None
        leaf.grad = leaf.grad.clamp(-0.1, 0.1)

    x = Numbers(dtype).leaf(3)
    x.register_post_accumulate_grad_hook(clip)
    return Program(lambda: weigh(x.sin() * x), {"x": x})


def hook_on_a_node_that_scales(dtype: torch.dtype) -> Program:
    def double(computed: tuple[Tensor, ...], _received: Any) -> tuple[Tensor, ...]:
        return tuple(gradient * 2 for gradient in computed)

    def compute(x: Tensor) -> Tensor:
        h = x.exp()
        assert h.grad_fn is not None
        h.grad_fn.register_hook(double)
        return weigh(h * h)

    program = formula(compute, x=Numbers(dtype).leaf(3))
    program.objective = lambda: 2 * program.loss()
    return program


def hook_before_a_node(dtype: torch.dtype) -> Program:
    def halve(received: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(gradient / 2 for gradient in received)

    def compute(x: Tensor) -> Tensor:
        h = x.exp()
        assert h.grad_fn is not None
        h.grad_fn.register_prehook(halve)
        return weigh(h * h)

    program = formula(compute, x=Numbers(dtype).leaf(3))
    program.objective = lambda: 0.5 * program.loss()
    return program


def small_network(dtype: torch.dtype) -> tuple[Any, Tensor]:
    model = build_module(lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), dtype)
    return model, Numbers(dtype).leaf(2, 3)


def leaves_of(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    return {**dict(model.named_parameters()), "x": x}


def module_backward_hook(dtype: torch.dtype) -> Program:
    model, x = small_network(dtype)
    model[1].register_full_backward_hook(
        lambda _module, computed, _received: tuple(2 * gradient for gradient in computed)
    )
    return Program(lambda: weigh(model(x)), leaves_of(model, x), model)


def module_backward_hook_that_looks(dtype: torch.dtype) -> Program:
    model, x = small_network(dtype)
    seen: list[Any] = []
    model[1].register_full_backward_hook(lambda *told: seen.append(told))
    model[2].register_full_backward_pre_hook(lambda *told: seen.append(told))
    return Program(lambda: weigh(model(x)), leaves_of(model, x), model)


def module_forward_hooks(dtype: torch.dtype) -> Program:
    model, x = small_network(dtype)
    model[0].register_forward_pre_hook(lambda _module, inputs: (inputs[0] * 2,))
    model[1].register_forward_hook(lambda _module, _inputs, output: output + 1)
    return Program(lambda: weigh(model(x)), leaves_of(model, x), model)


def saved_tensors_packed(dtype: torch.dtype) -> Program:
    """What is saved for the backward pass is kept by its half and doubled when it is needed."""

    def compute(x: Tensor) -> Tensor:
        with saved_tensors_hooks(lambda saved: saved / 2, lambda packed: packed * 2):
            h = x.sin() * x
        return weigh(h * h)

    return formula(compute, x=Numbers(dtype).leaf(3))


def saved_on_cpu(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        with save_on_cpu():
            h = x.sin() * x
        return weigh(h * h)

    return formula(compute, x=Numbers(dtype).leaf(3))


CASES: tuple[ZooCase, ...] = (
    case(hook_that_looks),
    case(hook_that_scales_an_intermediate, sums=REPLACED),
    case(hook_that_scales_at_a_leaf, sums=REPLACED),
    case(hook_after_accumulation, sums=REPLACED, differences="the gradient is clipped"),
    case(hook_on_a_node_that_scales),
    case(hook_before_a_node),
    case(module_backward_hook, differences="gradients are doubled half-way"),
    case(module_backward_hook_that_looks),
    case(module_forward_hooks),
    case(saved_tensors_packed),
    case(saved_on_cpu),
)
