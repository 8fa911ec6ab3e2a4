"""A network as lines of a program: its modules, its wiring, and how its parameters are filled."""

from collections.abc import Iterator, Sequence

from gradtape.exports.script_filling import write_filling
from gradtape.exports.script_modules import write_module
from gradtape.spec import ExperimentSpec, infer_shapes
from gradtape.spec.layers import AnyLayer
from gradtape.spec.layers.attention import MultiheadAttentionLayer, TransformerEncoderLayer
from gradtape.spec.layers.base import ParametricLayer
from gradtape.spec.layers.merging import AddLayer, ConcatLayer, MultiplyLayer
from gradtape.spec.layers.recurrent import RecurrentLayer
from gradtape.spec.layers.shaping import PermuteLayer, ReshapeLayer, SelectLayer

WRITTEN_OUT = ("add", "multiply", "concat", "reshape", "permute", "select")
"""Kinds that are an expression in `forward`, and no module."""

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
FORWARD_NAMES = ("self", "x", "torch", "causal_mask")  # what `forward` itself uses


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
            if self._owners[layer.name] == layer.name and layer.kind not in WRITTEN_OUT:
                place = _place("self", layer.name)
                lines.append(f"{place} = {write_module(layer, self._shapes[layer.name])}")
        return lines

    @property
    def forward(self) -> list[str]:
        """`fc1 = self.fc1(x)`, one line per layer, or two."""
        return [line for layer in self._layers for line in self._use(layer)]

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
            for line in write_filling(
                _place("network", layer.name), layer, self._shapes[layer.name].parameters
            )
        ]

    @property
    def kinds(self) -> set[str]:
        """The kinds of layers that there are."""
        return {layer.kind for layer in self._layers}

    @property
    def has_causal_attention(self) -> bool:
        """Whether a mask is needed."""
        return any(getattr(layer, "is_causal", False) for layer in self._layers)

    def _use(self, layer: AnyLayer) -> Iterator[str]:
        output = self._variables[layer.name]
        inputs = [self._variables[name] for name in layer.inputs]
        module = _place("self", self._owners[layer.name])
        match layer:
            case RecurrentLayer():
                yield from _use_recurrent(layer, output, f"{module}({inputs[0]})")
            case MultiheadAttentionLayer():
                query, key, value = inputs if len(inputs) == 3 else inputs * 3
                mask = f", attn_mask=causal_mask({query})" if layer.is_causal else ""
                yield f"{output}, _ = {module}({query}, {key}, {value}{mask})"
            case TransformerEncoderLayer() if layer.is_causal:
                yield f"{output} = {module}({inputs[0]}, src_mask=causal_mask({inputs[0]}))"
            case _:
                yield f"{output} = {_use_expression(layer, inputs) or self._call(layer)}"

    def _call(self, layer: AnyLayer) -> str:
        inputs = ", ".join(self._variables[name] for name in layer.inputs)
        return f"{_place('self', self._owners[layer.name])}({inputs})"


def _use_recurrent(layer: RecurrentLayer, output: str, call: str) -> Iterator[str]:
    yield f"{output}, _ = {call}"
    size = layer.hidden_size
    if layer.output == "last" and layer.bidirectional:
        # A reading from the end ends at the first place.
        yield f"{output} = torch.cat([{output}[:, -1, :{size}], {output}[:, 0, {size}:]], dim=-1)"
    elif layer.output == "last":
        yield f"{output} = {output}[:, -1]"


def _use_expression(layer: AnyLayer, inputs: Sequence[str]) -> str | None:
    """What is written without a module; None for a layer that is one."""
    match layer:
        case AddLayer():
            return " + ".join(inputs)
        case MultiplyLayer():
            return " * ".join(inputs)
        case ConcatLayer():
            return f"torch.cat([{', '.join(inputs)}], dim={layer.dim})"
        case ReshapeLayer():
            return f"{inputs[0]}.reshape({inputs[0]}.shape[0], {', '.join(map(str, layer.shape))})"
        case PermuteLayer():
            return f"{inputs[0]}.permute({', '.join(map(str, layer.dims))})"
        case SelectLayer():
            return f"{inputs[0]}.select({layer.dim}, {layer.index})"
        case _:
            return None


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
