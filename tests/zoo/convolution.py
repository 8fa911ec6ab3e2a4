"""Convolutions, forward and transposed, and networks of them."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, module_program, weigh


def convolve(make: partial[nn.Module], shape: tuple[int, ...], dtype: torch.dtype) -> Program:
    return module_program(make, lambda numbers: {"input": numbers.leaf(*shape)}, dtype)


def conv1d(dtype: torch.dtype) -> Program:
    return convolve(partial(nn.Conv1d, 2, 3, 3, padding=1), (2, 2, 5), dtype)


def conv2d(dtype: torch.dtype) -> Program:
    return convolve(partial(nn.Conv2d, 2, 3, 3), (2, 2, 5, 4), dtype)


def conv2d_strided_dilated_grouped(dtype: torch.dtype) -> Program:
    make = partial(nn.Conv2d, 4, 4, 2, stride=2, dilation=2, groups=2, padding=1, bias=False)
    return convolve(make, (1, 4, 6, 5), dtype)


def conv2d_depthwise_circular(dtype: torch.dtype) -> Program:
    make = partial(nn.Conv2d, 3, 3, 3, groups=3, padding=1, padding_mode="circular")
    return convolve(make, (1, 3, 4, 4), dtype)


def conv3d(dtype: torch.dtype) -> Program:
    return convolve(partial(nn.Conv3d, 1, 2, 2), (1, 1, 3, 3, 3), dtype)


def conv_transpose1d(dtype: torch.dtype) -> Program:
    return convolve(partial(nn.ConvTranspose1d, 2, 3, 3, stride=2), (1, 2, 4), dtype)


def conv_transpose2d(dtype: torch.dtype) -> Program:
    make = partial(nn.ConvTranspose2d, 2, 2, 3, stride=2, padding=1, output_padding=1)
    return convolve(make, (1, 2, 3, 3), dtype)


def conv2d_channels_last(dtype: torch.dtype) -> Program:
    return module_program(
        partial(nn.Conv2d, 2, 3, 3),
        lambda numbers: {"input": numbers.leaf(2, 2, 5, 4)},
        dtype,
        loss=lambda model, x: weigh(model(x.contiguous(memory_format=torch.channels_last))),
    )


def conv_network(dtype: torch.dtype) -> Program:
    def make() -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(8, 3),
        )  # fmt: skip

    def loss(model: nn.Module, x: Tensor) -> Tensor:
        return F.cross_entropy(model(x), torch.tensor([2, 0, 1]))

    return module_program(
        make, lambda numbers: {"input": numbers.leaf(3, 1, 6, 6)}, dtype, loss=loss
    )


def unfold_as_convolution(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)

    def compute(x: Tensor, weight: Tensor) -> Tensor:
        patches = F.unfold(x, 2)
        return weigh(F.fold(weight @ patches, (4, 4), 2))

    return formula(compute, x=numbers.leaf(1, 2, 4, 4), weight=numbers.leaf(4, 8))


CASES: tuple[ZooCase, ...] = (
    case(conv1d),
    case(conv2d),
    case(conv2d_strided_dilated_grouped),
    case(conv2d_depthwise_circular),
    case(conv3d),
    case(conv_transpose1d),
    case(conv_transpose2d),
    case(conv2d_channels_last),
    case(conv_network),
    case(unfold_as_convolution),
)
