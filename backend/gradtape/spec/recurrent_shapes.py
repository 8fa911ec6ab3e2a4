"""Shapes of recurrent layers: what they hold per layer and direction."""

from typing import cast

from gradtape.spec.layers.recurrent import RecurrentLayer
from gradtape.spec.places import Inferred, Place
from gradtape.spec.wording import Shape

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


def infer_recurrent(place: Place) -> Inferred:
    """(samples, length, features) to the state of both directions, at each step or at the end."""
    layer = cast(RecurrentLayer, place.layer)
    place.expect_sequence()
    batch, length, features = place.shapes[0]
    width = layer.directions * layer.hidden_size
    parameters: dict[str, Shape] = {}
    weights = 0
    for number in range(layer.num_layers):
        arriving = features if number == 0 else width
        for suffix in ("", "_reverse")[: layer.directions]:
            parameters |= _cell(layer, arriving, f"l{number}{suffix}")
            weights += GATES[layer.kind] * layer.hidden_size * (arriving + layer.hidden_size)
    steps = batch * length * layer.num_layers * layer.directions
    problem = None
    if layer.input_size not in (None, features):
        message = (
            f"expects {layer.input_size} features per step; {place.tell_arrival()}, "
            f"which has {features}. Did you mean input_size={features}?"
        )
        suggestion = f"input_size={features}"
        problem = place.mismatch(message, "input_size", suggestion=suggestion)
    return Inferred(
        (batch, width) if layer.output == "last" else (batch, length, width),
        parameters,
        batch * length * weights,
        problem,
        inner_values=steps * 2 * GATES[layer.kind] * layer.hidden_size,
    )


def _cell(layer: RecurrentLayer, arriving: int, suffix: str) -> dict[str, Shape]:
    rows = GATES[layer.kind] * layer.hidden_size
    parameters: dict[str, Shape] = {
        f"weight_ih_{suffix}": (rows, arriving),
        f"weight_hh_{suffix}": (rows, layer.hidden_size),
    }
    if layer.bias:
        parameters |= {f"bias_ih_{suffix}": (rows,), f"bias_hh_{suffix}": (rows,)}
    return parameters
