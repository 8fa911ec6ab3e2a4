"""The layers of a recording, summed up: histograms, norms, and units that are dead or saturated."""

import math
import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gradtape.engine.layer_units import dead_share, find_activation, saturated_share, unit_axis
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.layers import (
    BINS_PER_DECADE,
    GradientNumbers,
    IterationLayers,
    LayerStatistics,
    MagnitudeHistogram,
    OutputNumbers,
    ValueHistogram,
)
from gradtape.tape.structure import Call, Phase, Role, Structure, Tensor

BINS_EACH_SIDE = 32  # of values on either side of zero: as many as a ridge of some 200 pixels shows

LEAST_WIDTH = sys.float_info.min  # below it floats are too coarse to be divided by

Numbers = NDArray[np.floating]


def measure_layers(recording: Recording) -> IterationLayers:
    """All layers of a recording; exact, from every recorded number."""
    layers = tuple(
        measure_layer(recording, call, output) for call, output in find_layers(recording.structure)
    )
    return IterationLayers(iteration=recording.iteration, layers=layers)


def find_layers(structure: Structure) -> Iterator[tuple[Call, Tensor]]:
    """The modules at the top, as they ran, each with what it gave.

    The loss is none of them, nor is a module that gave back what it was given.
    """
    outputs = {
        tensor.name: tensor
        for tensor in structure.tensors
        if tensor.role is Role.INTERMEDIATE and tensor.id != structure.loss
    }
    for call in structure.calls:
        is_layer = call.kind == "module" and call.parent is None and call.phase is Phase.FORWARD
        if is_layer and call.path in outputs:
            yield call, outputs[call.path]


def measure_layer(recording: Recording, call: Call, output: Tensor) -> LayerStatistics:
    """One layer, by its module call and the tensor that it gave."""
    structure = recording.structure
    values = _numbers(recording, output.id)
    axis = unit_axis(structure, output)
    activation = find_activation(structure, output)
    gradient = [] if output.gradient is None else [output.gradient]
    return LayerStatistics(
        name=call.path or call.name,
        target=call.target,
        units=1 if axis is None else values.shape[axis],
        output=OutputNumbers(norm=_norm(values), histogram=count_values(values)),
        output_gradient=_measure_gradients(recording, gradient),
        parameter_gradient=_measure_gradients(recording, _parameter_gradients(structure, call)),
        dead_share=dead_share(activation, values, axis),
        saturated_share=saturated_share(activation, values),
    )


def count_values(values: Numbers) -> ValueHistogram:
    """Counts of numbers of any shape, in at most 32 bins on either side of zero."""
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0))
    width = _width_for(largest)
    first, counts = _count(np.divide(finite, width, dtype=np.float64))
    return ValueHistogram(
        width=width, first=first, counts=counts, non_finite=values.size - finite.size
    )


def count_magnitudes(values: Numbers) -> MagnitudeHistogram:
    """Counts of absolute values by their logarithm; zeros and non-finite numbers apart."""
    finite = values[np.isfinite(values)]
    magnitudes = np.abs(finite[finite != 0])
    first, counts = _count(BINS_PER_DECADE * np.log10(magnitudes, dtype=np.float64))
    return MagnitudeHistogram(
        first=first,
        counts=counts,
        zeros=finite.size - magnitudes.size,
        non_finite=values.size - finite.size,
    )


def _width_for(largest: float) -> float:
    """The least power of two of which 32 are more than the largest absolute value."""
    if largest == 0:
        return 1 / BINS_EACH_SIDE
    _, exponent = math.frexp(largest)  # largest < 2^exponent
    return max(math.ldexp(1 / BINS_EACH_SIDE, exponent), LEAST_WIDTH)


def _count(places: NDArray[np.float64]) -> tuple[int, tuple[int, ...]]:
    """The first bin, and how many numbers fall into each from there to the last.

    Args:
        places: of the numbers, in bins: 2.5 is the middle of bin 2.
    """
    if places.size == 0:
        return 0, ()
    bins = np.floor(places, out=places)
    first = int(bins.min())
    counts = np.bincount((bins - first).astype(np.int64))
    return first, tuple(counts.tolist())


def _parameter_gradients(structure: Structure, call: Call) -> list[int]:
    return [
        tensor.gradient
        for tensor in structure.tensors
        if tensor.role is Role.PARAMETER
        and tensor.gradient is not None
        and (tensor.name or "").startswith(f"{call.path}.")
    ]


def _measure_gradients(recording: Recording, tensors: Sequence[int]) -> GradientNumbers | None:
    if not tensors:
        return None
    parts = [_numbers(recording, number).reshape(-1) for number in tensors]
    values = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return GradientNumbers(norm=_norm(values), histogram=count_magnitudes(values))


def _numbers(recording: Recording, number: int) -> Numbers:
    values = recording.values(number)
    # Half precision has neither the range nor the speed for what follows; float32 holds it exactly.
    return values.astype(np.float32) if values.dtype == np.float16 else values


def _norm(values: Numbers) -> float:
    """L2 norm, with squares in float64, where those of float32 numbers do not overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(np.square(values, dtype=np.float64).sum()))


def thin_evenly(iterations: Sequence[int], most: int) -> tuple[int, ...]:
    """At most so many of rising iterations, evenly by their place; the first and the last stay."""
    count = len(iterations)
    if count <= most:
        return tuple(iterations)
    return tuple(iterations[round(step * (count - 1) / (most - 1))] for step in range(most))
