"""Backward passes other than one `loss.backward()`."""

import torch
from torch import Tensor, nn

from tests.zoo.program import (
    OTHER_FORMULA,
    Numbers,
    Program,
    ZooCase,
    build_module,
    case,
    formula,
    weigh,
)


def keep_gradients(leaves: dict[str, Tensor], gradients: tuple[Tensor, ...]) -> None:
    """Store what torch.autograd.grad returned where loss.backward() would have."""
    for leaf, gradient in zip(leaves.values(), gradients, strict=True):
        leaf.grad = gradient


def several_losses_summed(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, weight: Tensor) -> Tensor:
        h = torch.tanh(x @ weight)
        return weigh(h) + 0.1 * (weight**2).sum() + h.abs().mean()

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(4, 3), weight=numbers.leaf(3, 2))


def backward_of_two_losses_one_by_one(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x, weight = numbers.leaf(4, 3), numbers.leaf(3, 2)

    def loss() -> Tensor:
        return weigh(torch.tanh(x @ weight))

    def penalty() -> Tensor:
        return 0.1 * (weight**2).sum()

    def backward(value: Tensor) -> None:
        value.backward()
        penalty().backward()

    leaves = {"x": x, "weight": weight}
    return Program(loss, leaves, backward=backward, objective=lambda: loss() + penalty())


def two_small_batches_accumulated(dtype: torch.dtype) -> Program:
    model = build_module(lambda: nn.Linear(3, 2), dtype)
    batches = Numbers(dtype).normal(2, 4, 3)

    def value(number: int) -> Tensor:
        return weigh(model(batches[number]).sin())

    def backward(first: Tensor) -> None:
        first.backward()
        value(1).backward()

    return Program(
        lambda: value(0),
        dict(model.named_parameters()),
        model,
        backward=backward,
        objective=lambda: value(0) + value(1),
    )


def graph_kept_and_used_twice(dtype: torch.dtype) -> Program:
    x = Numbers(dtype).leaf(3)

    def backward(value: Tensor) -> None:
        value.backward(retain_graph=True)
        value.backward()

    def loss() -> Tensor:
        return weigh(x.sin() * x)

    return Program(loss, {"x": x}, backward=backward, objective=lambda: 2 * loss())


def shared_trunk_with_two_heads(dtype: torch.dtype) -> Program:
    """The second backward pass runs the trunk's nodes again."""
    numbers = Numbers(dtype)
    x, left, right = numbers.leaf(3, 3), numbers.leaf(3), numbers.leaf(3)
    heads: list[Tensor] = []

    def loss() -> Tensor:
        trunk = torch.tanh(x * 2)
        heads[:] = [weigh(trunk @ left), weigh(trunk @ right)]
        return heads[0]

    def backward(first: Tensor) -> None:
        first.backward(retain_graph=True)
        heads[1].backward()

    def objective() -> Tensor:
        return loss() + heads[1]

    leaves = {"x": x, "left": left, "right": right}
    return Program(loss, leaves, backward=backward, objective=objective)


def two_roots_at_once(dtype: torch.dtype) -> Program:
    x = Numbers(dtype).leaf(2, 3)
    others: list[Tensor] = []

    def loss() -> Tensor:
        h = x.exp()
        others[:] = [(h * h).sum()]
        return weigh(h)

    def backward(value: Tensor) -> None:
        torch.autograd.backward([value, others[0]])

    def objective() -> Tensor:
        return loss() + others[0]

    return Program(loss, {"x": x}, backward=backward, objective=objective)


def output_with_a_given_gradient(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x, weight, given = numbers.leaf(4, 3), numbers.leaf(3, 2), numbers.normal(4, 2)

    def output() -> Tensor:
        return torch.sigmoid(x @ weight)

    return Program(
        output,
        {"x": x, "weight": weight},
        backward=lambda value: value.backward(gradient=given),
        objective=lambda: (output() * given).sum(),
    )


def gradients_returned(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    leaves = {"x": numbers.leaf(4, 3), "weight": numbers.leaf(3, 2)}

    def backward(value: Tensor) -> None:
        keep_gradients(leaves, torch.autograd.grad(value, tuple(leaves.values())))

    return Program(
        lambda: weigh(torch.tanh(leaves["x"] @ leaves["weight"])), leaves, backward=backward
    )


def gradient_at_a_leaf_used_twice_returned(dtype: torch.dtype) -> Program:
    x = Numbers(dtype).leaf(3)

    def backward(value: Tensor) -> None:
        (x.grad,) = torch.autograd.grad(value, x)

    return Program(lambda: weigh(x.sin() * x + x), {"x": x}, backward=backward)


def gradient_of_an_intermediate_returned(dtype: torch.dtype) -> Program:
    """Asked for in the middle; then the chain is closed by hand."""
    x = Numbers(dtype).leaf(3)
    middle: list[Tensor] = []

    def loss() -> Tensor:
        middle[:] = [x.sin()]
        return weigh(middle[0] ** 2)

    def backward(value: Tensor) -> None:
        (gradient,) = torch.autograd.grad(value, middle[0], retain_graph=True)
        middle[0].backward(gradient)

    return Program(loss, {"x": x}, backward=backward)


def some_inputs_only(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x, weight = numbers.leaf(4, 3), numbers.leaf(3, 2)
    return Program(
        lambda: weigh(torch.tanh(x @ weight)),
        {"weight": weight},
        backward=lambda value: value.backward(inputs=[weight]),
    )


def gradient_kept_at_an_intermediate(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        h = x.exp()
        h.retain_grad()
        return weigh(h * h.sin())

    return formula(compute, x=Numbers(dtype).leaf(3))


def gradient_penalty(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    weight, out = numbers.leaf(3, 4), numbers.leaf(4)
    x = numbers.leaf(2, 3)

    def compute(x: Tensor, weight: Tensor, out: Tensor) -> Tensor:
        score = torch.tanh(x @ weight) @ out
        (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return weigh(score) + ((slope.norm(dim=1) - 1) ** 2).mean()

    return formula(compute, x=x, weight=weight, out=out)


def hessian_vector_product(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    direction = numbers.normal(3)

    def compute(x: Tensor) -> Tensor:
        value = (x**3).sum() + x.prod()
        (slope,) = torch.autograd.grad(value, x, create_graph=True)
        return (slope * direction).sum()

    return formula(compute, x=numbers.leaf(3))


def third_derivative(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        value = x.sin().sum()
        for _ in range(2):
            (slope,) = torch.autograd.grad(value, x, create_graph=True)
            value = weigh(slope)
        return value

    return formula(compute, x=Numbers(dtype).leaf(3))


def inner_step_of_meta_learning(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    data, held_out = numbers.normal(4, 3), numbers.normal(4, 3)

    def compute(weight: Tensor, rate: Tensor) -> Tensor:
        inner = ((data @ weight) ** 2).mean()
        (slope,) = torch.autograd.grad(inner, weight, create_graph=True)
        return ((held_out @ (weight - rate * slope)).sin()).sum()

    return formula(compute, weight=numbers.leaf(3, 2), rate=numbers.positive_leaf(1))


def backward_with_a_graph_of_its_own(dtype: torch.dtype) -> Program:
    """loss.backward(create_graph=True), then a backward pass through the gradients."""
    x = Numbers(dtype).leaf(3)

    def loss() -> Tensor:
        return (x**3).sum()

    def backward(value: Tensor) -> None:
        (slope,) = torch.autograd.grad(value, x, create_graph=True)
        (slope**2).sum().backward()

    def objective() -> Tensor:
        return ((3 * x**2) ** 2).sum()

    return Program(loss, {"x": x}, backward=backward, objective=objective)


def two_updates_by_hand(dtype: torch.dtype) -> Program:
    """Forward, backward and a step under no_grad, twice over, within one recording."""
    numbers = Numbers(dtype)
    weight, data = numbers.leaf(3), numbers.normal(4, 3)
    start = weight.detach().clone()

    def loss() -> Tensor:
        with torch.no_grad():
            weight.copy_(start)
        return ((data @ weight) ** 2).mean()

    def backward(value: Tensor) -> None:
        value.backward()
        with torch.no_grad():
            weight.sub_(0.1 * weight.grad)
        weight.grad = None
        ((data @ weight) ** 2).mean().backward()

    return Program(loss, {"weight": weight}, backward=backward)


def gradient_added_to_an_earlier_one(dtype: torch.dtype) -> Program:
    """`.grad` holds something before the recording begins."""
    numbers = Numbers(dtype)
    x, earlier = numbers.leaf(3), numbers.normal(3)
    x.grad = earlier.clone()

    def loss() -> Tensor:
        return weigh(x.sin() * x)

    return Program(loss, {"x": x}, objective=lambda: loss() + (x * earlier).sum())


def two_steps_of_an_optimizer(dtype: torch.dtype) -> Program:
    """A training loop within one recording, with an optimizer that the recorder is not told of."""
    model = build_module(lambda: nn.Linear(3, 2), dtype)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    data = Numbers(dtype).normal(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, foreach=False)

    def loss() -> Tensor:
        model.load_state_dict(start)
        return weigh(torch.tanh(model(data)))

    def backward(value: Tensor) -> None:
        value.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        weigh(torch.tanh(model(data))).backward()

    return Program(loss, dict(model.named_parameters()), model, backward=backward)


def row_by_row_jacobian(dtype: torch.dtype) -> Program:
    x = Numbers(dtype).leaf(3)

    def backward(output: Tensor) -> None:
        rows = [torch.autograd.grad(output[number], x, retain_graph=True)[0] for number in range(3)]
        x.grad = torch.stack(rows).sum(0)

    return Program(
        lambda: x.sin() * x.sum(),
        {"x": x},
        backward=backward,
        objective=lambda: (x.sin() * x.sum()).sum(),
    )


CASES: tuple[ZooCase, ...] = (
    case(several_losses_summed),
    case(backward_of_two_losses_one_by_one),
    case(two_small_batches_accumulated),
    case(graph_kept_and_used_twice),
    case(shared_trunk_with_two_heads),
    case(two_roots_at_once),
    case(output_with_a_given_gradient, reached="one gradient is given and not computed"),
    case(gradients_returned),
    case(gradient_at_a_leaf_used_twice_returned),
    case(
        gradient_of_an_intermediate_returned,
        sums="in the second pass its gradient is given, along no edge",
    ),
    case(some_inputs_only),
    case(gradient_kept_at_an_intermediate),
    case(gradient_penalty),
    case(hessian_vector_product, bits=OTHER_FORMULA),
    case(third_derivative),
    case(inner_step_of_meta_learning),
    case(backward_with_a_graph_of_its_own),
    case(
        two_updates_by_hand,
        differences="the gradient is taken after an update, not where the leaf began",
    ),
    case(
        gradient_added_to_an_earlier_one,
        sums="what was there before the recording came along no edge",
    ),
    case(
        two_steps_of_an_optimizer,
        differences="the gradient is taken after an update, not where the parameters began",
    ),
    case(
        row_by_row_jacobian,
        differences="the program puts .grad together; the tape has the gradient of the last row",
        plain="the program puts .grad together; the tape has the gradient of the last row",
    ),
)
