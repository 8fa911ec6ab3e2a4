"""Normalization of activations and of weights."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, module_program, weigh


def images(numbers: Numbers) -> dict[str, Tensor]:
    return {"input": numbers.leaf(3, 4, 2, 2)}


def rows(numbers: Numbers) -> dict[str, Tensor]:
    return {"input": numbers.leaf(5, 4)}


def batch_norm1d(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.BatchNorm1d, 4), rows, dtype)


def batch_norm2d_without_statistics(dtype: torch.dtype) -> Program:
    make = partial(nn.BatchNorm2d, 4, track_running_stats=False, affine=False)
    return module_program(make, images, dtype)


def batch_norm_in_evaluation(dtype: torch.dtype) -> Program:
    return module_program(lambda: nn.BatchNorm2d(4).eval(), images, dtype)


def layer_norm(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.LayerNorm, 4), rows, dtype)


def group_norm(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.GroupNorm, 2, 4), images, dtype)


def instance_norm(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.InstanceNorm2d, 4, affine=True), images, dtype)


def rms_norm(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.RMSNorm, 4), rows, dtype)


def local_response_norm(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.LocalResponseNorm, 2), images, dtype)


def unit_length(dtype: torch.dtype) -> Program:
    return formula(lambda x: weigh(F.normalize(x, dim=1)), x=Numbers(dtype).leaf(3, 4))


def weight_norm(dtype: torch.dtype) -> Program:
    return module_program(lambda: parametrizations.weight_norm(nn.Linear(4, 3)), rows, dtype)


def spectral_norm(dtype: torch.dtype) -> Program:
    # In evaluation, since each training pass moves the estimate of the singular vectors.
    return module_program(
        lambda: parametrizations.spectral_norm(nn.Linear(4, 3)).eval(), rows, dtype
    )


class Symmetric(nn.Module):
    """A parametrization of one's own: the upper triangle, mirrored."""

    def forward(self, weight: Tensor) -> Tensor:
        return weight.triu() + weight.triu(1).transpose(-1, -2)


def parametrized_weight(dtype: torch.dtype) -> Program:
    def make() -> nn.Module:
        layer = nn.Linear(4, 4)
        nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
        return layer

    return module_program(make, rows, dtype)


CASES: tuple[ZooCase, ...] = (
    case(batch_norm1d),
    case(batch_norm2d_without_statistics),
    case(batch_norm_in_evaluation),
    case(layer_norm),
    case(group_norm),
    case(instance_norm),
    case(rms_norm),
    case(local_response_norm),
    case(unit_length),
    case(weight_norm),
    case(spectral_norm),
    case(parametrized_weight),
)
