"""Filling parameters in place, from a generator that is given."""

import math

import torch
from torch import Tensor, nn

from gradtape.spec.initializations import (
    AnyInitialization,
    ConstantInitialization,
    DefaultInitialization,
    KaimingInitialization,
    NormalInitialization,
    UniformInitialization,
    XavierInitialization,
    ZerosInitialization,
)
from gradtape.spec.layers import ParametricLayer


def fill_parameters(module: nn.Module, layer: ParametricLayer, generator: torch.Generator) -> None:
    """Fill weight and bias of a layer as its spec says, weight first."""
    for name, parameter in module.named_parameters():
        initialization = layer.init.weight if name == "weight" else layer.init.bias
        if isinstance(initialization, DefaultInitialization):
            fill_default_(module, name, generator=generator)
        else:
            fill_(parameter, initialization, generator=generator)


@torch.no_grad()
def fill_default_(module: nn.Module, name: str, *, generator: torch.Generator) -> None:
    """Fill one parameter exactly as torch does when it builds the module.

    Linear layers and convolutions: uniform within ±1/√fan_in. Normalizations: ones, and zeros.
    """
    parameter: Tensor = getattr(module, name)
    if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d):
        weight = module.weight
        if name == "weight":
            # torch's own call: the bound is 1/√fan_in, but rounded on another way.
            nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
        else:
            bound = 1 / math.sqrt(weight[0].numel())
            parameter.uniform_(-bound, bound, generator=generator)
    else:
        parameter.fill_(1.0 if name == "weight" else 0.0)


@torch.no_grad()
def fill_(
    parameter: Tensor, initialization: AnyInitialization, *, generator: torch.Generator
) -> None:
    """Fill one parameter by anything but torch's default, which depends on its module."""
    match initialization:
        case ZerosInitialization():
            parameter.zero_()
        case ConstantInitialization():
            parameter.fill_(initialization.value)
        case NormalInitialization():
            parameter.normal_(initialization.mean, initialization.std, generator=generator)
        case UniformInitialization():
            parameter.uniform_(initialization.low, initialization.high, generator=generator)
        case XavierInitialization():
            _fill_xavier_(parameter, initialization, generator)
        case KaimingInitialization():
            _fill_kaiming_(parameter, initialization, generator)
        case DefaultInitialization():
            raise TypeError("the default depends on the module: use fill_default_")


def _fill_xavier_(
    parameter: Tensor, initialization: XavierInitialization, generator: torch.Generator
) -> None:
    uniform = initialization.distribution == "uniform"
    fill = nn.init.xavier_uniform_ if uniform else nn.init.xavier_normal_
    fill(parameter, gain=initialization.gain, generator=generator)


def _fill_kaiming_(
    parameter: Tensor, initialization: KaimingInitialization, generator: torch.Generator
) -> None:
    uniform = initialization.distribution == "uniform"
    fill = nn.init.kaiming_uniform_ if uniform else nn.init.kaiming_normal_
    fill(
        parameter,
        a=initialization.negative_slope,
        mode=initialization.mode,
        nonlinearity=initialization.nonlinearity,
        generator=generator,
    )
