"""Pieces of training loops: closures, clipping, micro-batches, and writing around autograd."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.checkpoint import checkpoint

from tests.zoo.program import Numbers, Program, ZooCase, build_module, case, formula, weigh

AFTER_A_STEP = "the gradient is taken after an update, not where the parameters began"


def optimizer_with_a_closure(dtype: torch.dtype) -> Program:
    """LBFGS goes forward and back as often as it likes within one step."""
    model = build_module(lambda: nn.Linear(3, 2), dtype)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    data = Numbers(dtype).normal(4, 3)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=2)

    def value() -> Tensor:
        return weigh(torch.tanh(model(data))) + (model.weight**2).sum()

    def loss() -> Tensor:
        model.load_state_dict(start)
        return value()

    def closure() -> Tensor:
        optimizer.zero_grad()
        again = value()
        again.backward()
        return again

    return Program(
        loss,
        dict(model.named_parameters()),
        model,
        backward=lambda _value: optimizer.step(closure),
    )


def clipped_by_norm(dtype: torch.dtype) -> Program:
    """`.grad` is written in place after the backward pass."""
    model = build_module(lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), dtype)
    x = Numbers(dtype).normal(5, 3)

    def backward(value: Tensor) -> None:
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)

    return Program(lambda: weigh(model(x)), dict(model.named_parameters()), model, backward)


def four_small_batches_accumulated(dtype: torch.dtype) -> Program:
    model = build_module(lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)), dtype)
    batches = Numbers(dtype).normal(4, 2, 3)

    def value(number: int) -> Tensor:
        return (model(batches[number]) ** 2).mean() / 4

    def backward(first: Tensor) -> None:
        first.backward()
        for number in range(1, 4):
            value(number).backward()

    return Program(
        lambda: value(0),
        dict(model.named_parameters()),
        model,
        backward,
        objective=lambda: sum((value(number) for number in range(4)), start=torch.zeros(())),
    )


def roots_with_given_gradients(dtype: torch.dtype) -> Program:
    """Two outputs of one graph, of which the second is computed from the first."""
    numbers = Numbers(dtype)
    x, given = numbers.leaf(2, 3), numbers.normal(2, 3)
    others: list[Tensor] = []

    def loss() -> Tensor:
        h = x.sin()
        others[:] = [h, (h * h).sum()]
        return others[1]

    def backward(value: Tensor) -> None:
        torch.autograd.backward([value, others[0]], [torch.ones_like(value), given])

    def objective() -> Tensor:
        return loss() + (others[0] * given).sum()

    return Program(loss, {"x": x}, backward=backward, objective=objective)


def data_written_around_autograd(dtype: torch.dtype) -> Program:
    """What `.data` and `.detach()` write is not seen, and the number of writes not counted."""

    def compute(x: Tensor, weight: Tensor) -> Tensor:
        h = x + weight
        h.data.mul_(0.5)
        k = h * 2
        k.detach()[0].zero_()
        return weigh(k + x)

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(3, 2), weight=numbers.leaf(3, 2))


def parameter_updated_through_data(dtype: torch.dtype) -> Program:
    """As old training loops do it; the second pass begins at the new value."""
    numbers = Numbers(dtype)
    weight, data = numbers.leaf(3), numbers.normal(4, 3)
    start = weight.detach().clone()

    def loss() -> Tensor:
        weight.data.copy_(start)
        return ((data @ weight) ** 2).mean()

    def backward(value: Tensor) -> None:
        value.backward()
        weight.data.add_(weight.grad, alpha=-0.1)
        weight.grad.zero_()
        ((data @ weight) ** 2).mean().backward()

    return Program(loss, {"weight": weight}, backward=backward)


def parameters_of_one_shape_updated_together(dtype: torch.dtype) -> Program:
    """One op writes both parameters; each keeps its name."""
    model = build_module(lambda: nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3)), dtype)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    data = Numbers(dtype).normal(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, foreach=True)

    def loss() -> Tensor:
        model.load_state_dict(start)
        return weigh(model(data))

    def backward(value: Tensor) -> None:
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        weigh(model(data)).backward()

    return Program(loss, dict(model.named_parameters()), model, backward)


def view_of_a_view_written(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, row: Tensor) -> Tensor:
        h = x * 2
        block = h.view(3, 2, 2)[:, 1]
        corner = block[1:, :1]
        corner.mul_(row[:2, None])
        block.add_(row[:2])
        return weigh(h) + weigh(corner * block[1:]) + weigh(h.t()[0])

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(3, 4), row=numbers.leaf(4))


def memory_filled_by_places(dtype: torch.dtype) -> Program:
    """Uninitialised memory that is written by indices, all of it."""

    def compute(x: Tensor) -> Tensor:
        h = torch.empty(4, 3, dtype=x.dtype)
        h[torch.tensor([2, 0])] = x[:2]
        h.index_copy_(0, torch.tensor([1]), x[2:] * 2)
        h[3].fill_(0.5)
        return weigh(h.sin())

    return formula(compute, x=Numbers(dtype).leaf(3, 3))


class Exp2(Function):
    """2ˣ, whose derivative is made of its own output, and can be differentiated again."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        result = torch.exp2(x)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (result,) = ctx.saved_tensors
        return gradient * result * 0.6931471805599453


def second_order_through_a_custom_function(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        (slope,) = torch.autograd.grad(weigh(Exp2.apply(x * 2)), x, create_graph=True)
        return weigh(slope**2)

    return formula(compute, x=Numbers(dtype).leaf(3))


def checkpoint_within_a_second_order_pass(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x, weight = numbers.leaf(2, 3), numbers.leaf(3, 3)

    def loss() -> Tensor:
        h = checkpoint(lambda h: torch.tanh(h @ weight), x * 2, use_reentrant=False)
        (slope,) = torch.autograd.grad(weigh(h), x, create_graph=True)
        return weigh(slope**2)

    return Program(loss, {"x": x, "weight": weight})


def checkpoint_with_reentry_twice(dtype: torch.dtype) -> Program:
    """Each inner pass runs inside a node; the second block's ends before the first's begins."""
    numbers = Numbers(dtype)
    x, weight = numbers.leaf(2, 3), numbers.leaf(3, 3)

    def block(h: Tensor) -> Tensor:
        return torch.tanh(h @ weight) * h

    def loss() -> Tensor:
        h = checkpoint(block, x * 2, use_reentrant=True)
        return weigh(checkpoint(block, h, use_reentrant=True))

    return Program(loss, {"x": x, "weight": weight})


def saved_tensors_in_another_precision(dtype: torch.dtype) -> Program:
    """Packed into bfloat16; what comes back is rounded."""

    def compute(x: Tensor) -> Tensor:
        with saved_tensors_hooks(
            lambda saved: saved.to(torch.bfloat16), lambda packed: packed.to(dtype)
        ):
            return weigh(x.exp() * x.sin())

    return formula(compute, x=Numbers(dtype).leaf(3))


def hooks_on_a_tensor_and_before_its_node(dtype: torch.dtype) -> Program:
    """`.grad` would hold what lies between the two."""

    def compute(x: Tensor) -> Tensor:
        h = x.exp()
        h.register_hook(lambda gradient: gradient * 3)
        assert h.grad_fn is not None
        h.grad_fn.register_prehook(lambda received: tuple(each / 2 for each in received))
        return weigh(h * h)

    program = formula(compute, x=Numbers(dtype).leaf(3))
    program.objective = lambda: 1.5 * program.loss()
    return program


def hook_on_several_gradients(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        h, k = x.exp(), x.sin()
        seen: list[Any] = []
        torch.autograd.graph.register_multi_grad_hook((h, k), seen.append)
        return weigh(h * k)

    return formula(compute, x=Numbers(dtype).leaf(3))


CASES: tuple[ZooCase, ...] = (
    case(optimizer_with_a_closure, differences=AFTER_A_STEP),
    case(
        clipped_by_norm,
        plain="the program writes .grad afterwards; the tape has what the backward pass left there",
    ),
    case(four_small_batches_accumulated),
    case(roots_with_given_gradients, sums="one gradient is given, and comes along no edge"),
    case(
        data_written_around_autograd,
        differences="autograd is not to know of the writes",
        intermediates="the gradient is told of the value that autograd knows",
        wiring="the gradient is told of the value that autograd knows",
    ),
    case(parameter_updated_through_data, differences=AFTER_A_STEP),
    case(parameters_of_one_shape_updated_together, differences=AFTER_A_STEP),
    case(view_of_a_view_written),
    case(memory_filled_by_places),
    case(second_order_through_a_custom_function),
    case(
        checkpoint_within_a_second_order_pass,
        wiring="what is computed again stands for what was computed first",
    ),
    case(checkpoint_with_reentry_twice),
    case(saved_tensors_in_another_precision, differences="what is saved is rounded"),
    case(hooks_on_a_tensor_and_before_its_node, sums="a hook replaces a gradient on its way"),
    case(hook_on_several_gradients),
)
