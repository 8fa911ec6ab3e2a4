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
from gradtape.spec.layers.base import ParametricLayer
from gradtape.spec.parameter_filling import (
    DefaultFilling,
    default_filling,
    initialization_of,
)
from gradtape.spec.places import LayerShapes


def fill_parameters(
    module: nn.Module, layer: ParametricLayer, shapes: LayerShapes, generator: torch.Generator
) -> None:
    """Fill the parameters of a layer as its spec says, in the module's order."""
    for name, parameter in module.named_parameters():
        initialization = initialization_of(layer, name)
        if isinstance(initialization, DefaultInitialization):
            filling = default_filling(layer, name, shapes.parameters)
            fill_default_(parameter, filling, generator=generator)
        else:
            fill_(parameter, initialization, generator=generator)


@torch.no_grad()
def fill_default_(
    parameter: Tensor, filling: DefaultFilling, *, generator: torch.Generator
) -> None:
    """Fill one parameter exactly as torch does when it builds the module."""
    match filling.kind:
        case "kaiming":
            # torch's own call: the bound is 1/√fan_in, but rounded on another way.
            nn.init.kaiming_uniform_(parameter, a=math.sqrt(5), generator=generator)
        case "bounded":
            bound = 1 / math.sqrt(filling.fan)
            parameter.uniform_(-bound, bound, generator=generator)
        case "xavier":
            nn.init.xavier_uniform_(parameter, generator=generator)
        case "normal":
            parameter.normal_(generator=generator)
        case "ones":
            parameter.fill_(1.0)
        case "zeros":
            parameter.zero_()


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
