"""How the size of the gradient changes from place to place on its way back."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from gradtape.engine.diagnosis.layer_reading import LayerReading
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import FEWEST_FACTORS

Sized = list[tuple[float, int]]
"""Norms with the places of their layers."""


@dataclass(frozen=True)
class Chain:
    """A way that gradients take, through layers or through the steps of a recurrent one.

    Attributes:
        layer: whose gradient is the extreme one.
        at_end: L2 norm where the way back begins.
        at_layer: L2 norm at the layer, or at the first step.
        factors: how many layers that learn, or steps, it is from one to the other.
        through_time: whether they are steps.
    """

    layer: LayerReading
    at_end: float
    at_layer: float
    factors: int
    through_time: bool = False

    @property
    def change(self) -> float:
        """The norm at the layer, of that at the end."""
        return self.at_layer / self.at_end

    @property
    def per_factor(self) -> float:
        """The geometric mean of what one layer or step multiplies the norm by."""
        return self.change ** (1 / self.factors)

    @property
    def evidence(self) -> dict[str, float]:
        """By the names that findings have."""
        steps = "steps" if self.through_time else "layers"
        return {
            "gradient_norm": self.at_layer,
            "gradient_norm_at_end": self.at_end,
            steps: self.factors,
            f"factor_per_{steps.removesuffix('s')}": self.per_factor,
        }


def chains(seen: Observation, *, smallest: bool) -> list[Chain]:
    """The way through the layers to the extreme one, and one through each recurrent layer's steps.

    Args:
        smallest: whether the layer is meant whose gradient is the smallest, or the largest.
    """
    through_layers = _through_layers(seen.learning_layers, min if smallest else max)
    found = [through_layers] if through_layers else []
    return found + [
        Chain(layer, norms[-1], norms[0], len(norms) - 1, through_time=True)
        for layer in seen.layers
        if (norms := layer.state_norms) and _are_sizes(norms[0], norms[-1])
    ]


def _through_layers(
    layers: tuple[LayerReading, ...], extreme: Callable[[Sized], tuple[float, int]]
) -> Chain | None:
    learning = [layer for layer in layers if layer.parameters]
    sized = [
        (norm, place)
        for place, layer in enumerate(learning)
        if (norm := layer.gradient_norm) is not None and _are_sizes(norm)
    ]
    if not sized:
        return None
    (at_end, last), (at_layer, place) = sized[-1], extreme(sized)
    if last - place < FEWEST_FACTORS:
        return None
    return Chain(learning[place], at_end, at_layer, last - place)


def _are_sizes(*norms: float) -> bool:
    # Zero has no factor: where nothing arrives, units are dead, or nothing was asked for.
    return all(norm > 0 and math.isfinite(norm) for norm in norms)
