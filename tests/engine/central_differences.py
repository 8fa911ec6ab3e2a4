"""Gradients by central differences, in float64: an oracle that knows nothing of autograd."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

STEP = 1e-5
"""Relative to a number's size: errors of the formula and of float64 are both near 1e-10."""

ENTRIES_PER_PARAMETER = 300
"""Larger parameters are sampled: two forward passes for each number."""


POOLS: dict[type[nn.Module], Callable[..., Any]] = {
    nn.MaxPool1d: nn.functional.max_pool1d,
    nn.MaxPool2d: nn.functional.max_pool2d,
    nn.MaxPool3d: nn.functional.max_pool3d,
}


class Differences(NamedTuple):
    """What central differences say of some numbers of one parameter.

    Args:
        places: flat indices.
        slopes: one per place.
        kinks: places left out because the function has a corner there (ReLU, max pooling).
    """

    places: list[int]
    slopes: Tensor
    kinks: list[int]


class KinkWatch:
    """Tells on which side of its corners a network is: signs into ReLU, winners of max pooling."""

    def __init__(self, network: nn.Module) -> None:
        self._pattern: list[Tensor] = []
        for module in network.modules():
            if isinstance(module, nn.ReLU | nn.LeakyReLU | nn.ELU):
                module.register_forward_pre_hook(self._note_signs)
            elif isinstance(module, nn.Hardtanh):
                module.register_forward_pre_hook(self._note_sides)
            elif type(module) in POOLS:
                module.register_forward_pre_hook(self._note_winners)

    def take(self) -> list[Tensor]:
        """The pattern of the forward pass that has just run."""
        pattern, self._pattern = self._pattern, []
        return pattern

    def _note_signs(self, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._pattern.append(torch.sign(inputs[0]))

    def _note_sides(self, module: nn.Hardtanh, inputs: tuple[Tensor, ...]) -> None:
        self._pattern.append((inputs[0] > module.min_val) & (inputs[0] < module.max_val))

    def _note_winners(self, module: nn.MaxPool2d, inputs: tuple[Tensor, ...]) -> None:
        _, winners = POOLS[type(module)](
            inputs[0],
            module.kernel_size,
            module.stride,
            module.padding,
            module.dilation,
            ceil_mode=module.ceil_mode,
            return_indices=True,
        )
        self._pattern.append(winners)


def central_differences(
    run: Callable[[], Tensor], parameter: Tensor, watch: KinkWatch, *, seed: int
) -> Differences:
    """Slopes of a scalar along single numbers of a parameter.

    Args:
        run: computes the scalar from the parameter as it is now, without randomness.
    """
    flat = parameter.detach().reshape(-1)
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(flat.numel(), generator=generator)[:ENTRIES_PER_PARAMETER].tolist()
    places, slopes, kinks = [], [], []
    for place in sorted(chosen):
        middle = flat[place].item()
        step = STEP * max(1.0, abs(middle))
        values, patterns = [], []
        for shifted in (middle + step, middle - step):
            flat[place] = shifted
            with torch.no_grad():
                values.append(run().item())
            patterns.append(watch.take())
        flat[place] = middle
        same_side = all(torch.equal(a, b) for a, b in zip(*patterns, strict=True))
        if same_side:
            places.append(place)
            slopes.append((values[0] - values[1]) / (2 * step))
        else:
            kinks.append(place)
    return Differences(places, torch.tensor(slopes, dtype=torch.float64), kinks)


SLOPES_DIFFER = 1e-3
"""Left and right slopes of a smooth function differ by a step times its curvature, far less."""


def differences_on_both_sides(
    run: Callable[[], Tensor], parameter: Tensor, *, seed: int, entries: int
) -> Differences:
    """As `central_differences`, for a function with corners that no module announces.

    A corner within a step shows in the values alone: the slopes to its left and right differ.
    """
    flat = parameter.detach().view(-1)
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(flat.numel(), generator=generator)[:entries].tolist()
    middle_value = run().item()
    places, slopes, kinks = [], [], []
    for place in sorted(chosen):
        middle = flat[place].item()
        step = STEP * max(1.0, abs(middle))
        values = []
        for shifted in (middle + step, middle - step):
            flat[place] = shifted
            values.append(run().item())
        flat[place] = middle
        right, left = (values[0] - middle_value) / step, (middle_value - values[1]) / step
        if abs(right - left) > SLOPES_DIFFER * max(1.0, abs(right), abs(left)):
            kinks.append(place)
        else:
            places.append(place)
            slopes.append((values[0] - values[1]) / (2 * step))
    return Differences(places, torch.tensor(slopes, dtype=torch.float64), kinks)
