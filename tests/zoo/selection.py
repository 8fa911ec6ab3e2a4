"""Views, slices, and ops that pick, sort, join or scatter."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, weigh


def select(function: Callable[[Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    """A function of a matrix of three rows and four columns."""
    return lambda dtype: formula(lambda x: weigh(function(x)), x=Numbers(dtype).leaf(3, 4))


def use_all_parts(x: Tensor) -> Tensor:
    first, second, third = x.split([1, 2, 1], dim=1)
    return torch.cat([first * second, third.sin()], dim=1)


def use_one_chunk(x: Tensor) -> Tensor:
    return x.chunk(2, dim=1)[1] ** 2


def use_two_of_three(x: Tensor) -> Tensor:
    top, _, bottom = x.unbind(0)
    return top * bottom


def use_values_and_winners(x: Tensor) -> Tensor:
    values, winners = x.max(dim=1)
    return values * x.gather(1, 3 - winners[:, None]).squeeze(1)


MASK = torch.tensor([[True, False, True, True], [False] * 4, [True, True, False, True]])
SHUFFLED = torch.tensor([1, 3, 0, 2])
ROWS, COLUMNS = torch.tensor([0, 2, 0, 0]), torch.tensor([1, 3, 1, 0])

SELECTIONS: dict[str, Callable[[torch.dtype], Program]] = {
    "transpose": select(lambda x: x.t() @ x),
    "permute": select(lambda x: x.reshape(3, 2, 2).permute(2, 0, 1).contiguous() * 2),
    "expand": select(lambda x: x[:, None, :].expand(3, 2, 4) * x.unsqueeze(0)[:, :2]),
    "narrow": select(lambda x: x.narrow(1, 1, 2) * x.narrow(1, 0, 2)),
    "unfold_windows": select(lambda x: x.unfold(1, 3, 1) ** 2),
    "split_into_parts": select(use_all_parts),
    "chunk_with_an_unused_part": select(use_one_chunk),
    "unbind_with_an_unused_part": select(use_two_of_three),
    "stack_and_cat": select(lambda x: torch.cat([torch.stack([x, x.exp()]), x[None]], 0)),
    "gather": select(lambda x: x.gather(1, torch.tensor([[0, 0], [3, 1], [2, 2]]))),
    "index_select": select(lambda x: x.index_select(0, torch.tensor([2, 0, 2]))),
    "advanced_indexing": select(lambda x: x[ROWS, COLUMNS]),
    "advanced_indexing_after_a_slice": select(lambda x: x[:, COLUMNS] * x[1:2, [0, 1, 3, 2]]),
    "boolean_indexing": select(lambda x: x[MASK] ** 2),
    "negative_and_stepped_slices": select(lambda x: x[-1, ::2] * x[0, 1::2] + x[..., None][1, 2]),
    "where": select(lambda x: torch.where(MASK, x.exp(), -x)),
    "masked_fill": select(lambda x: x.masked_fill(MASK, 0.5) * x),
    "masked_select": select(lambda x: x.masked_select(MASK).cumsum(0)),
    "cumsum": select(lambda x: x.cumsum(1) * x),
    "cumprod": select(lambda x: x.cumprod(1)),
    "cummax": select(lambda x: x.cummax(1).values),
    "topk": select(lambda x: x.topk(2, dim=1).values),
    "sort": select(lambda x: x.sort(dim=1, descending=True).values),
    "kthvalue": select(lambda x: x.kthvalue(2, dim=1).values),
    "median": select(lambda x: x.median(dim=1).values * x.median()),
    "max_with_winners": select(use_values_and_winners),
    "max_of_all": select(lambda x: x.max() * x.min() + x.amax(0)),
    "minimum_and_clamp": select(lambda x: torch.minimum(x, x.flip(0) * 2) + x.clamp(-0.5, 0.5)),
    "flip_and_roll": select(lambda x: x.flip(1) * x.roll(1, 0)),
    "diagonal": select(lambda x: x.diagonal() * 3 + x.diagonal(1)),
    "triangles": select(lambda x: x.triu() @ x.tril().t()),
    "repeat_and_tile": select(lambda x: x.repeat(2, 1) * x.repeat_interleave(2, 0)),
    "squeeze_and_flatten": select(lambda x: x[None, :, :, None].squeeze().flatten() ** 2),
    "scatter": select(lambda x: torch.zeros(3, 4).to(x).scatter(1, SHUFFLED.repeat(3, 1), x)),
    "scatter_add": select(lambda x: x.scatter_add(1, COLUMNS.repeat(3, 1), x * x)),
    "index_add": select(lambda x: x.index_add(0, torch.tensor([1, 1, 0]), x.cos(), alpha=2)),
    "take_and_put": select(lambda x: x.take(torch.tensor([0, 5, 5, 11]))),
    "one_hot_times_weights": select(lambda x: F.one_hot(COLUMNS, 4).to(x) @ x.t()),
    "movedim_and_swapaxes": select(lambda x: x.reshape(3, 2, 2).movedim(0, 2).swapaxes(0, 1) ** 2),
    "as_strided": select(lambda x: x.as_strided((2, 3), (4, 1), 1) ** 2),
}


def meshgrid(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, y: Tensor) -> Tensor:
        across, down = torch.meshgrid(x, y, indexing="ij")
        return weigh(across * down.sin())

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(3), y=numbers.leaf(2))


CASES: tuple[ZooCase, ...] = (
    *(ZooCase(name, build) for name, build in SELECTIONS.items()),
    case(meshgrid),
)
