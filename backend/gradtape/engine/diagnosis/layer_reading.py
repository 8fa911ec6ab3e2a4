"""The layers of a recording: how large the gradients are that arrive, and what they pass on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradtape.engine.layer_units import dead_share, find_activation, saturated_share, unit_axis
from gradtape.engine.recorder.blob import has_numbers
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.structure import Call, Op, Phase, Role, Structure

JOINING_OPS = frozenset({"aten.stack", "aten.cat"})
FEWEST_STATES = 4  # two or three tensors that are joined are branches rather than steps


@dataclass(frozen=True)
class LayerReading:
    """One layer in one iteration, over the whole batch.

    Attributes:
        output: tensor id of what it gave.
        parameters: tensor ids by their name in the layer: `weight`.
        gradient_norm: L2 norm of the gradient by its output; None where none arrived.
        slope: mean local derivative of an activation; None for other layers.
        units: how many features or channels it gives.
        samples: how many numbers each unit gave.
        dead_share: of units that gave zero only; None where a layer cannot fall silent.
        saturated_share: of numbers at which the slope has all but vanished; None for others.
        state_norms: of a recurrent layer: L2 norm of the gradient by each state, in order.
    """

    name: str
    target: str
    output: int
    parameters: dict[str, int]
    gradient_norm: float | None
    slope: float | None
    units: int
    samples: int
    dead_share: float | None
    saturated_share: float | None
    state_norms: tuple[float, ...]


def read_layers(recording: Recording, *, only_top: bool) -> tuple[LayerReading, ...]:
    """The layers of the forward pass in the order in which they ran, without the loss.

    Args:
        only_top: a layer is a module that no other one called, as in the network of a spec. Else it
            is a module that calls no other, or a function that is called outside of these.
    """
    structure = recording.structure
    calls = _top_calls(structure) if only_top else _innermost_calls(structure)
    outputs = ((call, _output_of(call, structure)) for call in calls)
    return tuple(
        _read(recording, call, output)
        for call, output in outputs
        if output is not None and output != structure.loss
    )


def find_layer_of(structure: Structure, op: Op, *, only_top: bool) -> str | None:
    """The name of the layer that an op of the forward pass ran in."""
    calls = _top_calls(structure) if only_top else _innermost_calls(structure)
    return next((_name(call) for call in calls if call.first_op <= op.id < call.end_op), None)


def _top_calls(structure: Structure) -> Iterator[Call]:
    for call in structure.calls:
        if call.kind == "module" and call.parent is None and call.phase is Phase.FORWARD:
            yield call


def _innermost_calls(structure: Structure) -> Iterator[Call]:
    holding = {call.parent for call in structure.calls if call.kind == "module"}
    end = 0  # of the last one that was given: what is called inside of it is not looked at
    for call in structure.calls:
        if call.phase is Phase.FORWARD and call.id not in holding and call.first_op >= end:
            yield call
            end = call.end_op


def _name(call: Call) -> str:
    return call.path or call.name


def _output_of(call: Call, structure: Structure) -> int | None:
    ops = [op for op in structure.ops[call.first_op : call.end_op] if not op.bookkeeping]
    return ops[-1].results[0] if ops and ops[-1].results else None


def _read(recording: Recording, call: Call, output: int) -> LayerReading:
    structure = recording.structure
    tensor = structure.tensors[output]
    value = recording.tensor(output)
    values = None if value is None or not has_numbers(value) else recording.values(output)
    axis = unit_axis(structure, tensor)
    units = 1 if axis is None else tensor.shape[axis]
    activation = find_activation(structure, tensor)
    return LayerReading(
        name=_name(call),
        target=call.target,
        output=output,
        parameters=_parameters_of(call, structure),
        gradient_norm=gradient_norm(recording, output),
        slope=None if values is None or activation is None else _slope(activation, values),
        units=units,
        samples=0 if values is None else values.size // max(units, 1),
        dead_share=None if values is None else dead_share(activation, values, axis),
        saturated_share=None if values is None else saturated_share(activation, values),
        state_norms=tuple(_state_norms(recording, call)),
    )


def _parameters_of(call: Call, structure: Structure) -> dict[str, int]:
    if call.path is None:
        return {}
    prefix = f"{call.path}."
    return {
        tensor.name.removeprefix(prefix): tensor.id
        for tensor in structure.tensors
        if tensor.role is Role.PARAMETER and tensor.name and tensor.name.startswith(prefix)
    }


def gradient_norm(recording: Recording, tensor: int) -> float | None:
    """L2 norm of the whole gradient by a tensor; None where none arrived."""
    number = recording.structure.tensors[tensor].gradient
    value = None if number is None else recording.tensor(number)
    return None if value is None else norm_of(value)


def norm_of(value: Tensor) -> float:
    """L2 norm, computed in double precision, of a tensor of any layout."""
    exact = torch.complex128 if value.is_complex() else torch.float64
    return torch.linalg.vector_norm(value.detach().to_dense().to(exact)).item()


def _slope(activation: Op, y: NDArray[Any]) -> float | None:
    """Mean derivative of an activation, from what it gave."""
    match activation.name.removesuffix("_"):
        case "aten.sigmoid":
            slopes = y * (1 - y)
        case "aten.tanh":
            slopes = 1 - y**2
        case "aten.relu":
            slopes = y > 0
        case _:
            return None
    return float(slopes.mean(dtype=np.float64))


def _state_norms(recording: Recording, call: Call) -> Iterator[float]:
    """Of the states that a recurrent layer joins in the end, the last time it does."""
    structure = recording.structure
    joins = [
        op
        for op in structure.ops[call.first_op : call.end_op]
        if op.name in JOINING_OPS and len(op.operands) >= FEWEST_STATES
    ]
    for state in joins[-1].operands if joins else ():
        norm = gradient_norm(recording, state)
        if norm is not None:
            yield norm
