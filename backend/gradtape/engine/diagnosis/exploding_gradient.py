"""Gradients that grow on their way back until a step of any size is too large."""

from gradtape.engine.diagnosis.cures import clip_gradients, fill_as_usual
from gradtape.engine.diagnosis.gradient_chain import Chain, chains
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import EXPLODED
from gradtape.tape.finding import Cure, Finding, FindingKind


def find_exploding_gradients(seen: Observation) -> list[Finding]:
    """The layer that the most arrives at; none where gradients are clipped before they do harm."""
    if seen.spec is not None and seen.spec.regularization.clips:
        return []
    found = [chain for chain in chains(seen, smallest=False) if chain.change > EXPLODED]
    return [_describe(seen, chain) for chain in found]


def _describe(seen: Observation, chain: Chain) -> Finding:
    places = "steps" if chain.through_time else "layers"
    return Finding(
        kind=FindingKind.EXPLODING_GRADIENT,
        layer=chain.layer.name,
        iteration=seen.iteration,
        evidence=chain.evidence,
        message=f"The gradient grows from {chain.at_end:.2g} to {chain.at_layer:.2g} over "
        f"{chain.factors} {places} back to {'the first step of ' * chain.through_time}"
        f"{chain.layer.name}: times {chain.per_factor:.2g} in each.",
        suggestion="Begin with smaller weights, clip the gradients, or normalize between layers.",
        cure=_cure(seen, chain),
    )


def _cure(seen: Observation, chain: Chain) -> Cure | None:
    if chain.through_time:  # a state that grows as usual shrinks over as many steps: see vanishing
        return clip_gradients(seen.spec)
    return fill_as_usual(seen.spec) or clip_gradients(seen.spec)
