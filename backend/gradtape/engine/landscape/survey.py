"""The loss on a grid in a plane through an experiment's parameters, point by point."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gradtape.engine.experiment import Experiment
from gradtape.engine.landscape.directions import (
    Direction,
    Plane,
    main_directions,
    project,
    random_directions,
    single_number,
)
from gradtape.engine.network.losses import build_loss
from gradtape.engine.network.network import build_network
from gradtape.engine.network.objective import Objective
from gradtape.engine.randomness import build_randomness
from gradtape.engine.training.precision import Precision
from gradtape.limits import MAX_LANDSCAPE_POINT_MULTIPLICATIONS
from gradtape.spec.landscape import LandscapeRequest, NumberPlace, NumbersLandscape, RandomLandscape
from gradtape.tape.landscape import LandscapeAxis, PathPoint

LEAST_RADIUS = 1.0
ROOM_AROUND_PATH = 1.25  # times the farthest point of the path


class Survey:
    """A landscape under way. It works on copies: the experiment may go on meanwhile.

    Attributes:
        iteration: the parameters before it are in the middle.
        samples: how many the loss is over.
        done, of: points computed, and in all.
        losses: shape (y, x), float64; NaN where none is computed yet.
    Raises:
        UnknownTensor, InvalidSlice: there is no such number.
        CommandRefused: this network, or its path, has no such directions.
    """

    def __init__(self, experiment: Experiment, request: LandscapeRequest) -> None:
        self.iteration = experiment.iteration
        self._frozen = FrozenLoss(experiment, request.samples)
        self._middle = self._frozen.copy_parameters()
        self._plane = _choose_plane(experiment, request, self._middle)
        self.samples = self._frozen.samples
        path = self.path(experiment)
        self.x = self._axis(0, request, [point.x for point in path])
        self.y = self._axis(1, request, [point.y for point in path])
        self.done, self.of = 0, request.side**2
        self.losses = torch.full((request.side, request.side), torch.nan, dtype=torch.float64)

    def step(self) -> None:
        """Compute one more point."""
        row, column = divmod(self.done, len(self.x.offsets))
        self.losses[row, column] = self._loss_at(self.x.offsets[column], self.y.offsets[row])
        self.done += 1

    def path(self, experiment: Experiment) -> list[PathPoint]:
        """The recorded iterations of the experiment in this plane."""
        recorded = experiment.recorded_iterations
        differences = _differences(experiment, recorded, self._middle)
        return [
            PathPoint(iteration=iteration, **place._asdict())
            for iteration, place in zip(recorded, project(differences, self._plane), strict=True)
        ]

    def _axis(
        self, number: int, request: LandscapeRequest, along: Sequence[float]
    ) -> LandscapeAxis:
        radius, steps = _radius(request, along), request.steps
        offsets = [radius * step / steps for step in range(-steps, steps + 1)]
        name, middle = self._plane.names[number], self._plane.middles[number]
        return LandscapeAxis(name=name, middle=middle, offsets=offsets)

    def _loss_at(self, x: float, y: float) -> float:
        parameters = self._frozen.parameters
        for name, middle in self._middle.items():
            parameters[name].copy_(middle)
            for direction, offset in ((self._plane.x, x), (self._plane.y, y)):
                if name in direction:
                    parameters[name].add_(direction[name], alpha=offset)
        return self._frozen.loss()


class FrozenLoss:
    """The loss of a copy of an experiment's network over its first samples, in evaluation mode.

    Args:
        most_samples: fewer where one pass over so many would take too long.
    Attributes:
        parameters: of the copy, by name; what is written into them counts.
        samples: how many.
    """

    def __init__(self, experiment: Experiment, most_samples: int) -> None:
        spec, (inputs, targets, _) = experiment.spec, experiment.samples
        cost = experiment.run_cost
        affordable = cost.samples_for(MAX_LANDSCAPE_POINT_MULTIPLICATIONS)
        self.samples = min(most_samples, len(inputs), affordable, cost.samples_at_once)
        self._batch = inputs[: self.samples].clone(), targets[: self.samples].clone()
        device = inputs.device
        network = build_network(spec, randomness=build_randomness(spec.seed, device), device=device)
        network.load_state_dict(experiment.model_state())
        network.eval().requires_grad_(False)
        self.parameters = dict(network.named_parameters())
        self._objective = Objective(
            network, build_loss(spec.loss), Precision(spec.autocast, device)
        )
        self._objective.l1 = spec.regularization.l1

    def copy_parameters(self) -> Mapping[str, Tensor]:
        """As they are now."""
        return {name: parameter.clone() for name, parameter in self.parameters.items()}

    @torch.no_grad()
    def loss(self) -> float:
        """With the L1 penalty, if there is one."""
        return self._objective.compute(*self._batch)[0].item()


def _choose_plane(
    experiment: Experiment, request: LandscapeRequest, middle: Mapping[str, Tensor]
) -> Plane:
    if isinstance(request, NumbersLandscape):
        return _plane_of_numbers(middle, request.x, request.y)
    if isinstance(request, RandomLandscape):
        x, y = random_directions(middle, request.seed)
        return Plane(x, y, ("random direction 1", "random direction 2"))
    differences = _differences(experiment, experiment.recorded_iterations, middle)
    x, y = main_directions(differences)
    return Plane(x, y, ("first direction of the path", "second direction of the path"))


def _plane_of_numbers(middle: Mapping[str, Tensor], x: NumberPlace, y: NumberPlace) -> Plane:
    directions: list[Direction] = [
        single_number(middle, place.tensor, place.index) for place in (x, y)
    ]
    names = [f"{place.tensor}[{', '.join(map(str, place.index))}]" for place in (x, y)]
    values = [middle[place.tensor][place.index].item() for place in (x, y)]
    return Plane(*directions, names=(names[0], names[1]), middles=(values[0], values[1]))


def _differences(
    experiment: Experiment, iterations: Sequence[int], middle: Mapping[str, Tensor]
) -> list[Direction]:
    """From the middle to the parameters that each recorded iteration began with."""
    recorded = map(experiment.recorded_parameters, iterations)
    return [{name: there[name] - middle[name] for name in middle} for there in recorded]


def _radius(request: LandscapeRequest, along: Sequence[float]) -> float:
    if request.radius is not None:
        return request.radius
    farthest = ROOM_AROUND_PATH * max(map(abs, along), default=0.0)
    return farthest if request.kind == "path" else max(LEAST_RADIUS, farthest)
