"""Directions through the space of all parameters, and where parameters lie along them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradtape.engine.randomness import build_generator
from gradtape.errors import CommandRefused, InvalidSlice, UnknownTensor

Direction = Mapping[str, Tensor]
"""A step along it, by parameter; one that is not named stays."""

SMALLEST_SHARE = 1e-10  # of the first component's variance: below it a second one is rounding


class Plane(NamedTuple):
    """Two directions with their names, through given parameters.

    Attributes:
        names: of the axes.
        middles: what the axes show in the middle.
    """

    x: Direction
    y: Direction
    names: tuple[str, str]
    middles: tuple[float, float] = (0.0, 0.0)


def single_number(parameters: Mapping[str, Tensor], tensor: str, index: Sequence[int]) -> Direction:
    """The direction in which one number grows.

    Raises:
        UnknownTensor: no parameter has this name.
        InvalidSlice: the index does not fit its shape.
    """
    if tensor not in parameters:
        raise UnknownTensor(f"no parameter “{tensor}”; there are {', '.join(parameters)}")
    shape = tuple(parameters[tensor].shape)
    fits = len(index) == len(shape) and all(
        0 <= position < size for position, size in zip(index, shape, strict=True)
    )
    if not fits:
        raise InvalidSlice(f"index {list(index)} does not fit {tensor} of shape {shape}")
    direction = torch.zeros_like(parameters[tensor])
    direction[tuple(index)] = 1
    return {tensor: direction}


def random_directions(parameters: Mapping[str, Tensor], seed: int) -> tuple[Direction, Direction]:
    """Two normal random directions, normalised by filter; biases and other vectors stay.

    A filter is what makes one output: a row of a matrix, one output channel of a convolution. In
    each, the direction has the norm of the weights, so that a step means the same in every layer.

    Raises:
        CommandRefused: no parameter has filters.
    Source: Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, section 4.
    """
    weights = {name: weight for name, weight in parameters.items() if weight.ndim >= 2}
    if not weights:
        raise CommandRefused(
            "Random directions are scaled by the filters of weights, and this network has only "
            "vectors. Take two single numbers instead."
        )
    source = build_generator(np.random.SeedSequence(seed), torch.device("cpu"))
    first, second = (
        {name: _random_like(weight, source) for name, weight in weights.items()} for _ in range(2)
    )
    return first, second


def _random_like(weight: Tensor, source: torch.Generator) -> Tensor:
    drawn = torch.randn(weight.shape, generator=source, dtype=weight.dtype).to(weight.device)
    filters = drawn.flatten(1)
    norms = weight.flatten(1).norm(dim=1, keepdim=True)
    return (filters / filters.norm(dim=1, keepdim=True) * norms).view_as(weight)


def main_directions(differences: Sequence[Mapping[str, Tensor]]) -> tuple[Direction, Direction]:
    """The two unit directions that differences of parameters spread along most, the first most.

    Raises:
        CommandRefused: the differences lie on one line, or there are fewer than two.
    Source: Li et al. 2018, section 7.2 (principal components, about the middle of the plane).
    """
    # Principal components from the inner products: there are far fewer iterations than numbers.
    variances, shares = torch.linalg.eigh(_inner_products(differences, differences))
    if len(variances) < 2 or not variances[-2] > SMALLEST_SHARE * variances[-1]:
        raise CommandRefused(
            "The recorded iterations do not spread along two directions: record at least three "
            "that differ, as by training with record_every."
        )
    first, second = (
        _combine(differences, (shares[:, -rank] / variances[-rank].sqrt()).tolist())
        for rank in (1, 2)
    )
    return first, second


def _combine(parts: Sequence[Mapping[str, Tensor]], factors: Sequence[float]) -> Direction:
    return {
        name: sum(
            (part[name] * factor for part, factor in zip(parts, factors, strict=True)),
            start=torch.zeros_like(parts[0][name]),
        )
        for name in parts[0]
    }


class Coordinates(NamedTuple):
    """The point of a plane that is nearest to given parameters, and how far away they are."""

    x: float
    y: float
    distance: float


def project(differences: Sequence[Mapping[str, Tensor]], plane: Plane) -> list[Coordinates]:
    """Where parameters lie that differ so from those in the middle of a plane."""
    if not differences:
        return []
    axes = (plane.x, plane.y)
    along = _inner_products(differences, axes)
    # The pseudoinverse: two random directions of a single weight are one and the same line.
    places = along @ torch.linalg.pinv(_inner_products(axes, axes), hermitian=True)
    distances = (_squared_norms(differences) - (places * along).sum(dim=1)).clamp(min=0).sqrt()
    rows = torch.column_stack([places, distances]).tolist()
    return [Coordinates(*row) for row in rows]


def _inner_products(
    rows: Sequence[Mapping[str, Tensor]], columns: Sequence[Mapping[str, Tensor]]
) -> Tensor:
    """Of each row with each column, shape (rows, columns), float64 on the CPU."""
    result = torch.zeros(len(rows), len(columns), dtype=torch.float64)
    for name in _names(rows) & _names(columns):
        result += _stack(rows, name) @ _stack(columns, name).T
    return result


def _squared_norms(parts: Sequence[Mapping[str, Tensor]]) -> Tensor:
    result = torch.zeros(len(parts), dtype=torch.float64)
    for name in _names(parts):
        result += _stack(parts, name).square().sum(dim=1)
    return result


def _names(parts: Sequence[Mapping[str, Tensor]]) -> set[str]:
    return {name for part in parts for name in part}


def _stack(parts: Sequence[Mapping[str, Tensor]], name: str) -> Tensor:
    """One parameter of all parts, shape (parts, numbers), float64; where it is not named, zeros."""
    known = next(part[name] for part in parts if name in part)
    rows = [
        part[name].flatten() if name in part else torch.zeros_like(known).flatten()
        for part in parts
    ]
    # On the CPU, because not every device has float64.
    return torch.stack(rows).cpu().double()
