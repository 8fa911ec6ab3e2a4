"""Pooling, unpooling, resizing and padding."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, weigh


def resample(
    sizes: tuple[int, ...], function: Callable[[Tensor], Tensor]
) -> Callable[..., Program]:
    def build(dtype: torch.dtype) -> Program:
        return formula(lambda x: weigh(function(x)), x=Numbers(dtype).leaf(1, 2, *sizes))

    return build


RESAMPLED: dict[str, Callable[..., Program]] = {
    "max_pool1d": resample((6,), lambda x: F.max_pool1d(x, 2)),
    "max_pool2d": resample((4, 5), lambda x: F.max_pool2d(x, 2, stride=1, padding=1)),
    "max_pool3d": resample((2, 4, 3), lambda x: F.max_pool3d(x, 2, ceil_mode=True)),
    "avg_pool1d": resample((6,), lambda x: F.avg_pool1d(x, 3, stride=2)),
    "avg_pool2d": resample((4, 5), lambda x: F.avg_pool2d(x, 2, padding=1)),
    "avg_pool3d": resample((2, 4, 3), lambda x: F.avg_pool3d(x, 2)),
    "adaptive_avg_pool2d": resample((4, 5), lambda x: F.adaptive_avg_pool2d(x, (2, 3))),
    "adaptive_max_pool2d": resample((4, 5), lambda x: F.adaptive_max_pool2d(x, 2)),
    "lp_pool2d": resample((4, 4), lambda x: F.lp_pool2d(x.exp(), 2.0, 2)),
    "interpolate_bilinear": resample((3, 3), lambda x: F.interpolate(x, (5, 4), mode="bilinear")),
    "interpolate_nearest": resample((3, 3), lambda x: F.interpolate(x, scale_factor=2.0)),
    "pixel_shuffle": resample((2, 3), lambda x: F.pixel_shuffle(torch.cat([x, x * x], 1), 2)),
    "reflection_and_constant_pad": resample(
        (3, 3), lambda x: F.pad(F.pad(x, (1, 1, 1, 0), mode="reflect"), (0, 1), value=2.0)
    ),
    "replication_pad": resample((3, 3), lambda x: F.pad(x, (2, 1, 1, 2), mode="replicate")),
}


def pool_with_indices_and_unpool(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        pooled, winners = F.max_pool2d(x, 2, return_indices=True)
        return weigh(F.max_unpool2d(pooled * pooled, winners, 2))

    return formula(compute, x=Numbers(dtype).leaf(1, 2, 4, 4))


def grid_sample(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, turn: Tensor) -> Tensor:
        grid = F.affine_grid(turn, [1, 2, 3, 3], align_corners=False)
        return weigh(F.grid_sample(x, grid, align_corners=False))

    turn = torch.tensor(
        [[[0.53, 0.22, 0.13], [-0.31, 0.47, 0.06]]], dtype=dtype, requires_grad=True
    )
    return formula(compute, x=Numbers(dtype).leaf(1, 2, 4, 4), turn=turn)


CASES: tuple[ZooCase, ...] = (
    *(ZooCase(name, build) for name, build in RESAMPLED.items()),
    case(pool_with_indices_and_unpool),
    case(grid_sample),
)
