"""Activations that are driven into their flat ends, where their slope is all but zero."""

from gradtape.engine.diagnosis.cures import fill_as_usual, normalize_before
from gradtape.engine.diagnosis.layer_reading import LayerReading
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import SATURATED
from gradtape.tape.finding import Finding, FindingKind


def find_saturation(seen: Observation) -> list[Finding]:
    """At most one: the first layer of which at least three quarters of the numbers are at the ends.

    Only of those that a layer follows which learns: an output near 0 and 1 is what is trained for.
    """
    flat = [layer for layer in seen.learning_layers if (layer.saturated_share or 0) >= SATURATED]
    return [_describe(seen, flat[0], len(flat) - 1)] if flat else []


def _describe(seen: Observation, layer: LayerReading, others: int) -> Finding:
    share = layer.saturated_share or 0.0
    evidence = {"saturated_share": share, "other_layers": others}
    slope = ""
    if layer.slope is not None:
        evidence["mean_slope"] = layer.slope
        slope = f" Its slope is {layer.slope:.2g} in the mean: so much of the gradient passes."
    feeder = seen.feeder_of(layer)
    refilled = None if feeder is None else fill_as_usual(seen.spec, [feeder.name])
    return Finding(
        kind=FindingKind.SATURATION,
        layer=layer.name,
        iteration=seen.iteration,
        evidence=evidence,
        message=f"{share:.0%} of the numbers of {layer.name} are at the flat ends of its curve."
        + slope
        + f" More layers like it: {others}." * bool(others),
        suggestion="Begin with smaller weights before it, scale the inputs, or normalize what "
        "arrives.",
        cure=refilled or normalize_before(seen.spec, layer.name),
    )
