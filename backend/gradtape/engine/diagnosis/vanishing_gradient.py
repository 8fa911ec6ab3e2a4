"""Gradients that shrink on their way back until nothing is left to learn from."""

import math

from gradtape.engine.diagnosis.cures import normalize_or_refill
from gradtape.engine.diagnosis.gradient_chain import Chain, chains
from gradtape.engine.diagnosis.layer_reading import LayerReading
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import VANISHED
from gradtape.tape.finding import Finding, FindingKind

LARGEST_SLOPE = {"Sigmoid": 0.25, "Tanh": 1.0}
"""By the module's class: a sigmoid's is y·(1 − y), which is largest at y = 1/2."""


def find_vanishing_gradients(seen: Observation, below: float = VANISHED) -> list[Finding]:
    """The layer that the least arrives at, and the activation that is to blame.

    Args:
        below: of the gradient at the end, what is called vanished.
    """
    found = [chain for chain in chains(seen, smallest=True) if chain.change < below]
    return [_describe(seen, chain) for chain in found]


def _describe(seen: Observation, chain: Chain) -> Finding:
    blame, shares = ("", {}) if chain.through_time else _blame(_activations(seen, chain), chain)
    places = "steps" if chain.through_time else "layers"
    return Finding(
        kind=FindingKind.VANISHING_GRADIENT,
        layer=chain.layer.name,
        iteration=seen.iteration,
        evidence=chain.evidence | shares,
        message=f"The gradient falls from {chain.at_end:.2g} to {chain.at_layer:.2g} over "
        f"{chain.factors} {places} back to {chain.layer.name}: times {chain.per_factor:.2g} in "
        f"each.{blame}",
        suggestion=_suggest(chain),
        cure=None if chain.through_time else normalize_or_refill(seen.spec),
    )


def _activations(seen: Observation, chain: Chain) -> list[LayerReading]:
    """Those on the way whose slope is known and not zero."""
    way = seen.learning_layers[seen.learning_layers.index(chain.layer) :]
    return [layer for layer in way if layer.slope]


def _blame(activations: list[LayerReading], chain: Chain) -> tuple[str, dict[str, float]]:
    """What of the factor per layer the slopes of the activations are, and what the weights are."""
    if not activations:
        return "", {}
    flattest = min(activations, key=lambda layer: layer.slope or 0.0)
    slope = math.prod(layer.slope or 1.0 for layer in activations) ** (1 / chain.factors)
    weights = chain.per_factor / slope
    kind = flattest.target.rpartition(".")[2]
    limit = f" ({LARGEST_SLOPE[kind]:g} at most)" if kind in LARGEST_SLOPE else ""
    return (
        f" Of that the local derivatives of {kind} make {slope:.2g}{limit}, the weights "
        f"{weights:.2g}; the flattest is {flattest.name}.",
        {"slope_per_layer": slope, "weights_per_layer": weights},
    )


def _suggest(chain: Chain) -> str:
    if chain.through_time:
        if "RNN" in chain.layer.target:
            return "Use an LSTM or a GRU, whose state can pass unchanged, or shorter sequences."
        return "Use shorter sequences, or attention, which looks back without steps between."
    return (
        "Normalize what each activation is given, take one that is steeper with weights filled "
        "to match, or add skip connections."
    )
