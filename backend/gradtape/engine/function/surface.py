"""The function of a network of one or two inputs, on a grid around its data."""

from math import isqrt
from time import perf_counter

import torch
from torch import Tensor

from gradtape.engine.experiment import Experiment
from gradtape.engine.function.float_text import to_base64
from gradtape.engine.function.outputs import evaluate, required_reading
from gradtape.errors import PictureUnavailable
from gradtape.limits import MAX_PICTURE_MULTIPLICATIONS, MAX_SHOWN_OUTPUTS
from gradtape.spec import ExperimentSpec
from gradtape.spec.reading import Reading
from gradtape.tape.function_pictures import Surface, SurfaceAxis

MARGIN = 0.15  # of the data's extent, on each side: how it goes on where there are no samples
COARSEST = 8  # points along an axis; fewer would show nothing


def draw_surface(experiment: Experiment, resolution: int) -> Surface:
    """What the network gives on a grid around its data.

    Args:
        resolution: points along each axis; fewer where the network is too large for as many.
    Raises:
        PictureUnavailable: samples are not one or two numbers, or have no single answer.
    """
    began = perf_counter()
    spec = experiment.spec
    reading = required_reading(spec)
    _check_inputs(spec)
    samples = experiment.samples
    axes = _axes_around(samples.all_inputs, _affordable(experiment, resolution))
    points = grid_points(axes).to(samples.inputs)
    names, planes = _planes(evaluate(experiment, points), reading, is_plane=len(axes) == 2)
    targets = samples.all_targets.float()
    return Surface(
        iteration=experiment.iteration,
        reading=reading,
        axes=axes,
        planes=names,
        target_low=targets.min().item(),
        target_high=targets.max().item(),
        values=to_base64(planes),
        seconds=perf_counter() - began,
    )


def grid_points(axes: tuple[SurfaceAxis, ...]) -> Tensor:
    """Every point of the grid, shape (points, axes), float64; x changes fastest."""
    values = [torch.linspace(a.low, a.high, a.count, dtype=torch.float64) for a in axes]
    grids = torch.meshgrid(*reversed(values), indexing="ij")
    return torch.stack([grid.flatten() for grid in reversed(grids)], dim=1)


def _check_inputs(spec: ExperimentSpec) -> None:
    shape = spec.data.sample_shape
    if shape not in ((1,), (2,)) or spec.data.token_count is not None:
        raise PictureUnavailable(
            "A surface is drawn over one or two inputs that are numbers; a sample here has the "
            f"shape {list(shape)}{'' if spec.data.token_count is None else ' and is tokens'}."
        )


def _affordable(experiment: Experiment, resolution: int) -> int:
    points = experiment.run_cost.samples_for(MAX_PICTURE_MULTIPLICATIONS)
    side = points if experiment.spec.data.sample_shape == (1,) else isqrt(points)
    return min(resolution, max(COARSEST, side))


def _axes_around(inputs: Tensor, count: int) -> tuple[SurfaceAxis, ...]:
    places = inputs.cpu().double()
    finite = places[places.isfinite().all(dim=1)]
    low, high = (finite if len(finite) else torch.zeros_like(places[:1])).aminmax(dim=0)
    axes: list[SurfaceAxis] = []
    for least, greatest in zip(low.tolist(), high.tolist(), strict=True):
        margin = MARGIN * (greatest - least) or 1.0
        axes.append(SurfaceAxis(low=least - margin, high=greatest + margin, count=count))
    return tuple(axes)


def _planes(outputs: Tensor, reading: Reading, *, is_plane: bool) -> tuple[tuple[str, ...], Tensor]:
    """Names, and numbers of shape (planes, points)."""
    if outputs.ndim != 2:
        raise PictureUnavailable(
            f"A surface is of single outputs; here each has the shape {list(outputs.shape[1:])}."
        )
    if reading == "classes" and is_plane:
        confidence, answer = outputs.max(dim=1)
        return ("class", "confidence"), torch.stack([answer.float(), confidence])
    shown = outputs[:, :MAX_SHOWN_OUTPUTS].T
    word = {"classes": "class", "probability": "probability", "numbers": "output"}[reading]
    return tuple(f"{word} {number}" for number in range(len(shown))), shown
