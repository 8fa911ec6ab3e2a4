"""ReLU units that give zero for every sample: no gradient passes them, so they stay as they are."""

from gradtape.engine.diagnosis.cures import fill_as_usual, use_leaky_relu
from gradtape.engine.diagnosis.layer_reading import LayerReading
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.diagnosis.thresholds import DEAD, FEWEST_SAMPLES
from gradtape.tape.finding import Finding, FindingKind


def find_dead_relus(seen: Observation) -> list[Finding]:
    """At most one: the first layer of which at least three quarters of the units are dead."""
    dead = [layer for layer in seen.layers if _is_dead(layer)]
    return [_describe(seen, dead[0], len(dead) - 1)] if dead else []


def _is_dead(layer: LayerReading) -> bool:
    share = layer.dead_share or 0.0
    return share == 1 or (share >= DEAD and layer.samples >= FEWEST_SAMPLES)


def _describe(seen: Observation, layer: LayerReading, others: int) -> Finding:
    share = layer.dead_share or 0.0
    dead = round(share * layer.units)
    feeder = seen.feeder_of(layer)
    refilled = None if feeder is None else fill_as_usual(seen.spec, [feeder.name])
    return Finding(
        kind=FindingKind.DEAD_RELU,
        layer=layer.name,
        iteration=seen.iteration,
        evidence={
            "dead_units": dead,
            "units": layer.units,
            "dead_share": share,
            "samples": layer.samples,
            "other_layers": others,
        },
        message=f"{dead} of {layer.units} units of {layer.name} give 0 for all {layer.samples} "
        "numbers of the batch: a ReLU's slope is 0 there, and what feeds them learns nothing."
        + f" More layers like it: {others}."
        * bool(others),
        suggestion="Begin with smaller weights and biases near 0, take smaller steps, or use a "
        "leaky ReLU, whose slope is never 0.",
        cure=refilled or use_leaky_relu(seen.spec, layer.name),
    )
