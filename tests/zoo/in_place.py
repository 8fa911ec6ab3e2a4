"""Ops that write into memory, through views and into slices."""

from collections.abc import Callable

import torch
from torch import Tensor

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, weigh


def written(compute: Callable[..., Tensor]) -> Callable[[torch.dtype], Program]:
    """A function of a matrix of three rows and four columns, and a row."""

    def build(dtype: torch.dtype) -> Program:
        numbers = Numbers(dtype)
        return formula(compute, x=numbers.leaf(3, 4), row=numbers.leaf(4))

    return build


def activation_in_place(x: Tensor, row: Tensor) -> Tensor:
    return weigh((x * row).relu_() * x)


def arithmetic_in_place(x: Tensor, row: Tensor) -> Tensor:
    h = x * 2
    h.add_(row, alpha=3).mul_(row).sub_(1.0).div_(2.0)
    h += x
    return weigh(h)


def several_in_place_functions(x: Tensor, row: Tensor) -> Tensor:
    h = (x + row).neg_().addcmul_(x, x, value=0.5).tanh_()
    return weigh(h + (x + 3).abs_().clamp_(max=4.0))


def zeroed_and_filled(x: Tensor, row: Tensor) -> Tensor:
    h = x * row
    h.zero_()
    h.add_(x)
    k = (x * 3).fill_(2.0)
    return weigh(h * k * row)


def column_assigned(x: Tensor, row: Tensor) -> Tensor:
    h = x * 2
    h[:, 1] = row[:3]
    return weigh(h * h)


def rows_assigned_in_a_loop(x: Tensor, row: Tensor) -> Tensor:
    buffer = torch.zeros(4, 4, dtype=x.dtype)
    for number in range(3):
        buffer[number + 1] = (buffer[number].clone() + x[number]).tanh() * row
    return weigh(buffer)


def constant_assigned(x: Tensor, row: Tensor) -> Tensor:
    h = x * row
    h[0] = 0.0
    h[h > 1.0] = 1.0
    return weigh(h)


def view_written_through(x: Tensor, row: Tensor) -> Tensor:
    h = x * 2
    view = h[1:].t()[0]
    view.mul_(row[:2])
    return weigh(h) + weigh(view)


def view_made_before_its_base_is_written(x: Tensor, row: Tensor) -> Tensor:
    h = x * row
    view = h[0]
    h.mul_(3.0)
    return weigh(view * h)


def index_put(x: Tensor, row: Tensor) -> Tensor:
    h = x * 1.5
    h.index_put_((torch.tensor([0, 2, 0]), torch.tensor([1, 1, 1])), row[:3], accumulate=True)
    h[torch.tensor([1, 1]), torch.tensor([0, 3])] = row[2:]
    return weigh(h)


def masked_and_indexed_writes(x: Tensor, row: Tensor) -> Tensor:
    h = (x * 2).masked_fill_(x > 0.8, 0.3)
    h.index_fill_(1, torch.tensor([3]), 1.0)
    h.scatter_(1, torch.tensor([[0], [1], [2]]), row[:3, None])
    h.index_add_(0, torch.tensor([2, 0]), x[:2])
    return weigh(h)


def copied_into(x: Tensor, row: Tensor) -> Tensor:
    target = torch.empty(3, 4, dtype=x.dtype)
    target.copy_(x)
    target[1].copy_(row)
    return weigh(target * target)


def transposed_and_resized_in_place(x: Tensor, row: Tensor) -> Tensor:
    h = (x * row).t_()
    h.unsqueeze_(0)
    h.squeeze_()
    return weigh(h)


def written_and_used_again(x: Tensor, row: Tensor) -> Tensor:
    h = x + row
    before = h * 2
    h.mul_(row)
    between = h + 1
    h.add_(before)
    return weigh(before + between + h)


def buffer_reused(x: Tensor, row: Tensor) -> Tensor:
    scratch = torch.zeros(4, dtype=x.dtype)
    total = weigh(row)
    for number in range(3):
        scratch.fill_(number + 1.0)
        total = total + weigh(x[number] + scratch)
    return total


def result_written_into_given_memory(x: Tensor, row: Tensor) -> Tensor:
    memory = torch.zeros(4, dtype=x.dtype)
    with torch.no_grad():
        torch.exp(row, out=memory)
    return weigh(x * memory) + weigh(row)


def leaf_viewed_and_written(dtype: torch.dtype) -> Program:
    """A leaf without gradients becomes a part of the graph by what is written into it."""
    numbers = Numbers(dtype)
    start = numbers.normal(3, 4)

    def compute(row: Tensor) -> Tensor:
        h = start.clone()
        h[:, :2].mul_(row[:2])
        h.requires_grad_()
        h[0].add_(row)
        return weigh(h)

    return formula(compute, row=numbers.leaf(4))


def parameter_written_without_gradient(dtype: torch.dtype) -> Program:
    """Written between two uses, and back, so that each run begins with the same numbers."""

    def compute(weight: Tensor) -> Tensor:
        # Ops that save nothing, or torch would refuse to go back.
        first = weigh(weight + 1)
        with torch.no_grad():
            weight.mul_(2.0)
        second = weigh(weight * 3)
        with torch.no_grad():
            weight.mul_(0.5)
        return first + second

    return formula(compute, weight=Numbers(dtype).leaf(3, 4))


WRITTEN = (
    activation_in_place,
    arithmetic_in_place,
    several_in_place_functions,
    zeroed_and_filled,
    column_assigned,
    rows_assigned_in_a_loop,
    constant_assigned,
    view_written_through,
    view_made_before_its_base_is_written,
    index_put,
    masked_and_indexed_writes,
    copied_into,
    written_and_used_again,
    buffer_reused,
)

CASES: tuple[ZooCase, ...] = (
    *(ZooCase(compute.__name__, written(compute)) for compute in WRITTEN),
    ZooCase(
        "transposed_and_resized_in_place",
        written(transposed_and_resized_in_place),
        {"intermediates": "of a view in place, retain_grad() keeps the gradient from before"},
    ),
    ZooCase(
        "result_written_into_given_memory",
        written(result_written_into_given_memory),
        {"differences": "what is written under no_grad moves with its leaf"},
    ),
    case(leaf_viewed_and_written),
    case(
        parameter_written_without_gradient,
        differences="the doubling between the two uses is unseen by autograd",
    ),
)
