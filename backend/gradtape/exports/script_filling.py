"""How the parameters of a network are filled, as lines of a program."""

from collections.abc import Iterator

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
from gradtape.spec.wording import Shape


def write_filling(place: str, layer: ParametricLayer, shapes: dict[str, Shape]) -> Iterator[str]:
    """`nn.init.normal_(network.fc1.weight, …)`: each parameter that torch's own draws would fill.

    Args:
        place: where the layer stands, as `network.fc1`.
        shapes: of its parameters, by name.
    """
    for name in shapes:
        initialization = initialization_of(layer, name)
        if isinstance(initialization, DefaultInitialization):
            yield from _fill_as_torch_does(f"{place}.{name}", default_filling(layer, name, shapes))
        else:
            yield _fill_as_said(f"{place}.{name}", initialization)


def _fill_as_torch_does(parameter: str, filling: DefaultFilling) -> Iterator[str]:
    match filling.kind:
        case "kaiming":
            yield f"nn.init.kaiming_uniform_({parameter}, a=math.sqrt(5), generator=draws)"
        case "bounded":
            bound = f"1 / math.sqrt({filling.fan})"
            yield f"nn.init.uniform_({parameter}, -{bound}, {bound}, generator=draws)"
        case "xavier":
            yield f"nn.init.xavier_uniform_({parameter}, generator=draws)"
        case "normal":
            yield f"nn.init.normal_({parameter}, generator=draws)"
        case "ones" | "zeros":
            pass  # so the module has it already, without drawing anything


def _fill_as_said(parameter: str, initialization: AnyInitialization) -> str:
    match initialization:
        case ZerosInitialization():
            return f"nn.init.zeros_({parameter})"
        case ConstantInitialization():
            return f"nn.init.constant_({parameter}, {initialization.value!r})"
        case NormalInitialization():
            name, numbers = "normal_", {"mean": initialization.mean, "std": initialization.std}
        case UniformInitialization():
            name, numbers = "uniform_", {"a": initialization.low, "b": initialization.high}
        case XavierInitialization():
            name = f"xavier_{initialization.distribution}_"
            numbers = {"gain": initialization.gain}
        case KaimingInitialization():
            name = f"kaiming_{initialization.distribution}_"
            numbers = {
                "a": initialization.negative_slope,
                "mode": initialization.mode,
                "nonlinearity": initialization.nonlinearity,
            }
        case DefaultInitialization():
            raise TypeError("torch's default is no initialization of its own")
    options = ", ".join(f"{option}={value!r}" for option, value in numbers.items())
    return f"nn.init.{name}({parameter}, {options}, generator=draws)"
