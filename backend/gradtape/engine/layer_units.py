"""Units of a layer, and whether its activation has left them without a slope."""

import numpy as np
from numpy.typing import NDArray

from gradtape.tape.structure import Op, Structure, Tensor

SATURATED_TANH = 0.97
"""|y| beyond it has the slope 1 − y² < 0.06: less than a sixteenth of the slope 1 at zero."""
SATURATED_SIGMOID = 0.03
"""y nearer than this to 0 or 1 has the slope y(1 − y) < 0.03: of 0.25 at most, an eighth."""

SILENT_AT_ZERO = frozenset({"aten.relu", "aten.gelu", "aten.silu", "aten.mish", "aten.softplus"})
"""Activations that give exactly 0 where they pass nothing on. Leaky ones never do."""
MATRIX_PRODUCTS = frozenset({"aten.addmm", "aten.mm", "aten.bmm", "aten.embedding"})
REORDERING = frozenset({"aten.permute", "aten.transpose", "aten.t"})

Numbers = NDArray[np.floating]


def find_activation(structure: Structure, output: Tensor) -> Op | None:
    """The op that gave this tensor; a layer that ends with it is judged as that activation."""
    return None if output.op is None else structure.ops[output.op]


def dead_share(activation: Op | None, values: Numbers, axis: int | None) -> float | None:
    """Share of units that are zero for the whole batch, and everywhere in it.

    Args:
        values: what the activation gave.
        axis: the units'; None: all numbers are of one unit.
    Returns:
        None where the activation is not one that can fall silent.
    """
    if activation is None or activation.name.removesuffix("_") not in SILENT_AT_ZERO:
        return None
    others = tuple(each for each in range(values.ndim) if each != axis)
    return float(np.mean(np.all(values == 0, axis=others)))


def saturated_share(activation: Op | None, values: Numbers) -> float | None:
    """Share of all numbers at which the activation's slope has all but vanished; None for others.

    NaN is not counted as saturated.
    """
    if activation is None:
        return None
    match activation.name.removesuffix("_"):
        case "aten.tanh":
            saturated = np.abs(values) > SATURATED_TANH
        case "aten.sigmoid":
            saturated = np.abs(values - 0.5) > 0.5 - SATURATED_SIGMOID
        case "aten.hardtanh":
            saturated = (values <= _constant(activation, "min_val", -1.0)) | (
                values >= _constant(activation, "max_val", 1.0)
            )
        case _:
            return None
    return float(np.mean(saturated))


def _constant(op: Op, name: str, default: float) -> float:
    value = op.constants.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def unit_axis(structure: Structure, output: Tensor) -> int | None:
    """Along which axis the units of a layer's output lie; None for one number per sample.

    Channels come right after the batch; features of a sequence come last. With three dimensions
    both occur, and what the numbers came from tells: a convolution, or anything else.
    """
    dimensions = len(output.shape)
    if dimensions < 2:
        return None
    if dimensions == 3 and not _comes_from_channels(structure, output):
        return 2
    return 1


def _comes_from_channels(structure: Structure, tensor: Tensor) -> bool:
    """Whether, on the way back, a convolution comes before any op that puts features last."""
    while tensor.op is not None:
        op = structure.ops[tensor.op]
        if op.name == "aten.convolution":
            return True
        if op.name in MATRIX_PRODUCTS | REORDERING or not op.operands:
            return False
        tensor = structure.tensors[op.operands[0]]
    return False
