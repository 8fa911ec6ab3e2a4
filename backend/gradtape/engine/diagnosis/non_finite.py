"""NaN and infinity: the first op that made one, or else the iteration where the loss was lost."""

import math
from collections.abc import Sequence

from gradtape.engine.diagnosis.layer_reading import find_layer_of, norm_of
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.bad_number import BadNumber
from gradtape.tape.finding import Finding, FindingKind
from gradtape.tape.structure import Op, Phase, Role, Structure

SUGGESTIONS = {
    "log": "Keep what goes into a logarithm above 0: clamp it, or use a loss that takes logits.",
    "div": "Keep the divisor away from 0: add a small number to it.",
    "exp": "Subtract the largest number first, as softmax does, or use log-space.",
    "sqrt": "Keep what goes into a square root away from 0: its slope is infinite there.",
}
TOO_LARGE = "Take smaller steps, begin with smaller weights, or clip the gradients."


def find_non_finite(suspects: Sequence[Observation]) -> list[Finding]:
    """At most one: everything behind the first bad number is made of it.

    Args:
        suspects: the same run with different recordings, in order.
    """
    for seen in suspects:
        bad = None if seen.recording is None else seen.recording.frame.bad_number
        if seen.recording is not None and bad is not None and _does_harm(seen.recording):
            return [_describe(seen, seen.recording, bad)]
    lost = next((lost for seen in suspects if (lost := seen.first_lost) is not None), None)
    return [] if lost is None else [_describe_lost(*lost)]


def _does_harm(recording: Recording) -> bool:
    """Whether it reaches the loss or a gradient; the −∞ of an attention's mask never does."""
    loss, tensors = recording.loss, recording.structure.tensors
    gradients = (each.gradient for each in tensors if each.role is Role.PARAMETER)
    arrived = [recording.tensor(number) for number in gradients if number is not None]
    norms = [norm_of(gradient) for gradient in arrived if gradient is not None]
    return loss is None or not all(map(math.isfinite, (loss, *norms)))


def _describe(seen: Observation, recording: Recording, bad: BadNumber) -> Finding:
    structure = recording.structure
    op = structure.ops[bad.op]
    name = op.name.rpartition(".")[2].removesuffix("_")
    evidence = {"value": bad.value, "op": bad.op}
    operands = [each.value for each in bad.operands if each.value is not None]
    if operands:
        evidence["operand"] = operands[0]
    return Finding(
        kind=FindingKind.NON_FINITE,
        layer=_layer_of(structure, op, only_top=seen.spec is not None),
        iteration=recording.iteration,
        evidence=evidence,
        message=f"The first number that is not finite: {bad.message}.",
        suggestion=SUGGESTIONS.get(name, TOO_LARGE),
    )


def _layer_of(structure: Structure, op: Op, *, only_top: bool) -> str | None:
    """Of a backward op the layer whose node it ran for, of an update the parameter's layer."""
    if op.phase is Phase.UPDATE:
        names = (structure.tensors[operand].name for operand in op.operands)
        return next((name.rpartition(".")[0] for name in names if name), None)
    if op.phase is Phase.BACKWARD:
        forward = None if op.node is None else structure.nodes[op.node].op
        if forward is None:
            return None
        op = structure.ops[forward]
    return find_layer_of(structure, op, only_top=only_top)


def _describe_lost(iteration: int, loss: float) -> Finding:
    return Finding(
        kind=FindingKind.NON_FINITE,
        layer=None,
        iteration=iteration,
        evidence={"loss": loss},
        message=f"The loss is {loss} from iteration {iteration} on.",
        suggestion="Record the iteration before it: the tape shows the op that made the first bad "
        f"number. {TOO_LARGE}",
    )
