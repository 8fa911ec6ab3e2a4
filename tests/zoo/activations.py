"""Activation functions."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, formula, module_program, weigh


def activate(function: Callable[[Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    return lambda dtype: formula(lambda x: weigh(function(x * 2)), x=Numbers(dtype).leaf(3, 4))


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "celu": lambda x: F.celu(x, 1.5),
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid,
    "silu": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
    "hardtanh": F.hardtanh,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
    "softsign": F.softsign,
    "tanhshrink": F.tanhshrink,
    "softshrink": F.softshrink,
    "hardshrink": F.hardshrink,
    "threshold": lambda x: F.threshold(x, 0.3, -1.0),
    "glu": F.glu,
    "softmin": lambda x: F.softmin(x, 1),
}


def prelu(dtype: torch.dtype) -> Program:
    return module_program(
        lambda: nn.PReLU(4, init=0.2), lambda numbers: {"input": numbers.leaf(3, 4)}, dtype
    )


CASES: tuple[ZooCase, ...] = (
    *(ZooCase(f"act_{name}", activate(function)) for name, function in ACTIVATIONS.items()),
    ZooCase("act_prelu", prelu),
)
