"""autograd.Functions of one's own."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, weigh


class Cube(Function):
    """x³, from what it saved."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return 3 * x * x * gradient


class SumAndProduct(Function):
    """Two outputs."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x, y)
        return x + y, x * y

    @staticmethod
    def backward(ctx: Any, to_sum: Tensor, to_product: Tensor) -> tuple[Tensor, Tensor]:
        x, y = ctx.saved_tensors
        return to_sum + to_product * y, to_sum + to_product * x


class SortedWithOrder(Function):
    """A second output that no gradient flows through."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        values, order = x.sort()
        ctx.mark_non_differentiable(order)
        ctx.save_for_backward(order)
        return values, order

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _order: Tensor) -> Tensor:
        (order,) = ctx.saved_tensors
        return torch.zeros_like(gradient).scatter(-1, order, gradient)


class SineOnce(Function):
    """Differentiable once only; the second input gets no gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.scale = scale
        return torch.sin(x) * scale

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return gradient * torch.cos(x) * ctx.scale, None


class DoubledInPlace(Function):
    """Writes its input and returns it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(_ctx: Any, gradient: Tensor) -> Tensor:
        return gradient * 2


class PassedOn(Function):
    """Returns its input as it is; its second output's gradient may be None."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        return x.view_as(x), x.exp()

    @staticmethod
    def backward(_ctx: Any, gradient: Tensor | None, unused: Tensor | None) -> Tensor | None:
        assert unused is None
        return gradient


class SolvedInside(Function):
    """Differentiates inside its own forward pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        with torch.enable_grad():
            inner = x.detach().requires_grad_()
            value = (inner**3).sum()
            (slope,) = torch.autograd.grad(value, inner)
        ctx.save_for_backward(slope)
        return value.detach()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (slope,) = ctx.saved_tensors
        return gradient * slope


def custom_cube(dtype: torch.dtype) -> Program:
    return formula(lambda x: weigh(Cube.apply(x * 2)), x=Numbers(dtype).leaf(2, 3))


def custom_with_two_outputs(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, y: Tensor) -> Tensor:
        total, product = SumAndProduct.apply(x, y)
        return weigh(total * product.sin())

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(4), y=numbers.leaf(4))


def custom_with_one_output_unused(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    return formula(
        lambda x, y: weigh(SumAndProduct.apply(x, y)[1]), x=numbers.leaf(4), y=numbers.leaf(4)
    )


def custom_with_non_differentiable_output(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        values, order = SortedWithOrder.apply(x)
        return weigh(values * (order + 1))

    return formula(compute, x=Numbers(dtype).leaf(5))


def custom_once_differentiable(dtype: torch.dtype) -> Program:
    return formula(lambda x: weigh(SineOnce.apply(x, 1.5)), x=Numbers(dtype).leaf(2, 3))


def custom_in_place(dtype: torch.dtype) -> Program:
    return formula(lambda x: weigh(DoubledInPlace.apply(x + 1) * x), x=Numbers(dtype).leaf(2, 3))


def custom_that_passes_on(dtype: torch.dtype) -> Program:
    return formula(lambda x: weigh(PassedOn.apply(x * 2)[0] ** 2), x=Numbers(dtype).leaf(2, 3))


def custom_that_differentiates_inside(dtype: torch.dtype) -> Program:
    return formula(lambda x: SolvedInside.apply(x.sin()) * 2, x=Numbers(dtype).leaf(3))


CASES: tuple[ZooCase, ...] = (
    case(custom_cube),
    case(custom_with_two_outputs),
    case(custom_with_one_output_unused),
    case(custom_with_non_differentiable_output),
    case(custom_once_differentiable),
    case(custom_in_place),
    case(custom_that_passes_on),
    case(custom_that_differentiates_inside),
)
