"""A network as lines of a program: its modules, its wiring, and how its parameters are filled."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradtape.exports.script_calls import changed_options, shorten_pair, write_call
from gradtape.spec import ExperimentSpec, LayerShapes, infer_shapes
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
from gradtape.spec.layers import (
    AddLayer,
    AnyLayer,
    AvgPool2dLayer,
    BatchNormLayer,
    ConcatLayer,
    Conv1dLayer,
    Conv2dLayer,
    DropoutLayer,
    LayerNormLayer,
    LinearLayer,
    LogSoftmaxLayer,
    MaxPool2dLayer,
    MultiplyLayer,
    ParametricLayer,
    SoftmaxLayer,
)

# torch's classes; batch_norm's depends on what arrives, and merging layers are operators.
CLASSES: Mapping[str, str] = {
    "linear": "nn.Linear",
    "conv1d": "nn.Conv1d",
    "conv2d": "nn.Conv2d",
    "max_pool2d": "nn.MaxPool2d",
    "avg_pool2d": "nn.AvgPool2d",
    "flatten": "nn.Flatten",
    "relu": "nn.ReLU",
    "leaky_relu": "nn.LeakyReLU",
    "elu": "nn.ELU",
    "gelu": "nn.GELU",
    "silu": "nn.SiLU",
    "sigmoid": "nn.Sigmoid",
    "tanh": "nn.Tanh",
    "softmax": "nn.Softmax",
    "log_softmax": "nn.LogSoftmax",
    "dropout": "Dropout",
    "layer_norm": "nn.LayerNorm",
}
OURS = ("kind", "name", "inputs", "init", "shares")  # fields that torch does not know
SAID = (  # fields that come as plain arguments, if they come at all
    *("in_features", "out_features", "in_channels", "out_channels", "kernel_size"),
    *("dim", "dimensions", "p"),
)

# What an attribute of a module may not be called without changing the module.
MODULE_NAMES = frozenset(
    {
        *("T_destination", "add_module", "apply", "bfloat16", "buffers", "call_super_init"),
        *("children", "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extra_repr"),
        *("float", "forward", "get_buffer", "get_extra_state", "get_parameter", "get_submodule"),
        *("half", "ipu", "load_state_dict", "modules", "mtia", "named_buffers", "named_children"),
        *("named_modules", "named_parameters", "parameters", "register_backward_hook"),
        *("register_buffer", "register_forward_hook", "register_forward_pre_hook"),
        *("register_full_backward_hook", "register_full_backward_pre_hook"),
        *("register_load_state_dict_post_hook", "register_load_state_dict_pre_hook"),
        *("register_module", "register_parameter", "register_state_dict_post_hook"),
        *("register_state_dict_pre_hook", "requires_grad_", "set_extra_state", "set_submodule"),
        *("share_memory", "state_dict", "to", "to_empty", "train", "training", "type", "xpu"),
        "zero_grad",
    }
)
FORWARD_NAMES = ("self", "x", "torch")  # what `forward` itself uses


class NetworkLines:
    """The lines that a network is written with.

    Args:
        spec: checked.
    """

    def __init__(self, spec: ExperimentSpec) -> None:
        self._layers = spec.network.layers
        self._shapes = dict(
            zip((layer.name for layer in self._layers), infer_shapes(spec), strict=True)
        )
        self._owners = _find_owners(self._layers)
        self._variables = _name_variables(self._layers)

    @property
    def modules(self) -> list[str]:
        """`self.fc1 = nn.Linear(2, 8)`, one line per layer with a module of its own."""
        lines: list[str] = []
        for layer in self._layers:
            if self._owners[layer.name] == layer.name and not _is_merging(layer):
                place = _place("self", layer.name)
                lines.append(f"{place} = {_write_module(layer, self._shapes[layer.name])}")
        return lines

    @property
    def forward(self) -> list[str]:
        """`fc1 = self.fc1(x)`, one line per layer."""
        return [f"{self._variables[layer.name]} = {self._use(layer)}" for layer in self._layers]

    @property
    def output(self) -> str:
        """The variable that `forward` returns."""
        return self._variables[self._layers[-1].name]

    @property
    def filling(self) -> list[str]:
        """`nn.init.normal_(network.fc1.weight, …)`: every parameter that torch fills otherwise."""
        return [
            line
            for layer in self._layers
            if isinstance(layer, ParametricLayer) and layer.shares is None
            for line in _fill(layer, self._shapes[layer.name])
        ]

    def _use(self, layer: AnyLayer) -> str:
        inputs = [self._variables[name] for name in layer.inputs]
        match layer:
            case AddLayer():
                return " + ".join(inputs)
            case MultiplyLayer():
                return " * ".join(inputs)
            case ConcatLayer():
                return f"torch.cat([{', '.join(inputs)}], dim={layer.dim})"
            case _:
                return f"{_place('self', self._owners[layer.name])}({', '.join(inputs)})"


def _is_merging(layer: AnyLayer) -> bool:
    return isinstance(layer, AddLayer | MultiplyLayer | ConcatLayer)


def _find_owners(layers: Sequence[AnyLayer]) -> dict[str, str]:
    """For each layer the one whose module it runs, through any chain of shares."""
    owners: dict[str, str] = {}
    for layer in layers:
        shares = layer.shares if isinstance(layer, ParametricLayer) else None
        owners[layer.name] = layer.name if shares is None else owners[shares]
    return owners


def _name_variables(layers: Sequence[AnyLayer]) -> dict[str, str]:
    """For each layer's output a variable: the layer's name wherever that is free."""
    taken = {layer.name for layer in layers} | set(FORWARD_NAMES)
    variables = {"input": "x"}
    for layer in layers:
        variable = layer.name
        if variable in FORWARD_NAMES:
            while variable in taken:
                variable += "_"
            taken.add(variable)
        variables[layer.name] = variable
    return variables


def _place(owner: str, name: str) -> str:
    return f"{owner}._modules[{name!r}]" if name in MODULE_NAMES else f"{owner}.{name}"


def _write_module(layer: AnyLayer, shapes: LayerShapes) -> str:
    arriving = shapes.inputs[0]
    options = changed_options(layer, without=(*OURS, *SAID))
    if isinstance(layer, BatchNormLayer):
        name = "nn.BatchNorm2d" if len(arriving) == 4 else "nn.BatchNorm1d"
        return write_call(name, arriving[1], **options)
    return write_call(CLASSES[layer.kind], *_sizes(layer, arriving), **options)


def _sizes(layer: AnyLayer, arriving: tuple[int, ...]) -> tuple[Any, ...]:
    match layer:
        case LinearLayer():
            return arriving[-1], layer.out_features
        case Conv1dLayer() | Conv2dLayer():
            return arriving[1], layer.out_channels, shorten_pair(layer.kernel_size)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return (shorten_pair(layer.kernel_size),)
        case LayerNormLayer():
            return (list(arriving[-(layer.dimensions or len(arriving) - 1) :]),)
        case SoftmaxLayer() | LogSoftmaxLayer():
            return (layer.dim,)
        case DropoutLayer():
            return (layer.p,)
        case _:
            return ()


def _fill(layer: ParametricLayer, shapes: LayerShapes) -> Iterator[str]:
    for name in _parameter_names(layer):
        initialization: AnyInitialization = getattr(layer.init, name)
        parameter = f"{_place('network', layer.name)}.{name}"
        if not isinstance(initialization, DefaultInitialization):
            yield _fill_as_said(parameter, initialization)
        elif isinstance(layer, LinearLayer | Conv1dLayer | Conv2dLayer):
            yield _fill_as_torch_does(parameter, name, _fan_in(layer, shapes.inputs[0]))


def _parameter_names(layer: ParametricLayer) -> list[str]:
    match layer:
        case BatchNormLayer():
            has_weight = has_bias = layer.affine
        case LayerNormLayer():
            has_weight = layer.elementwise_affine
            has_bias = layer.elementwise_affine and layer.bias
        case LinearLayer() | Conv1dLayer() | Conv2dLayer():
            has_weight, has_bias = True, layer.bias
        case _:
            raise TypeError(f"no parameters are known of {layer}")
    return [name for name, is_there in (("weight", has_weight), ("bias", has_bias)) if is_there]


def _fan_in(layer: LinearLayer | Conv1dLayer | Conv2dLayer, arriving: tuple[int, ...]) -> int:
    match layer:
        case LinearLayer():
            return arriving[-1]
        case Conv1dLayer():
            return arriving[1] // layer.groups * layer.kernel_size
        case Conv2dLayer():
            return arriving[1] // layer.groups * math.prod(layer.kernel_size)


def _fill_as_torch_does(parameter: str, name: str, fan_in: int) -> str:
    if name == "weight":
        return f"nn.init.kaiming_uniform_({parameter}, a=math.sqrt(5), generator=draws)"
    bound = f"1 / math.sqrt({fan_in})"
    return f"nn.init.uniform_({parameter}, -{bound}, {bound}, generator=draws)"


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
