"""Gradients that were there before the backward pass began, and that it was added to."""

from torch import Tensor

from gradtape.engine.diagnosis.layer_reading import norm_of
from gradtape.engine.diagnosis.observation import Observation
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.finding import Finding, FindingKind
from gradtape.tape.structure import Op, Phase, Role, Structure

ADDITIONS = frozenset({"aten.add", "aten.add_"})


def find_accumulated_gradients(seen: Observation) -> list[Finding]:
    """The parameter whose leftover gradient is the largest.

    Several backward passes in one iteration that begin with none are what one may want: only what
    no recorded op has made is a leftover.
    """
    recording = seen.recording
    if recording is None:
        return []
    leftovers = [
        (norm, op) for op in recording.structure.ops if (norm := _leftover_norm(op, recording)) > 0
    ]
    if not leftovers:
        return []
    norm, op = max(leftovers, key=lambda each: each[0])
    return [_describe(seen, recording, norm, op)]


def _leftover_norm(op: Op, recording: Recording) -> float:
    """L2 norm of the gradient that this op adds to, if it was there before the iteration."""
    structure = recording.structure
    if op.phase is not Phase.BACKWARD or op.node is None or op.name not in ADDITIONS:
        return 0.0
    if structure.nodes[op.node].name != "AccumulateGrad":
        return 0.0
    before = structure.tensors[op.operands[0]]
    return _norm(recording.tensor(before.id)) if before.op is None else 0.0


def _describe(seen: Observation, recording: Recording, leftover: float, op: Op) -> Finding:
    name = _parameter_of(op, recording.structure)
    whole = _norm(recording.tensor(op.results[0]))
    return Finding(
        kind=FindingKind.ACCUMULATED_GRADIENTS,
        layer=None if name is None else name.rpartition(".")[0] or name,
        iteration=seen.iteration,
        evidence={
            "leftover_norm": leftover,
            "new_norm": _norm(recording.tensor(op.operands[1])),
            "gradient_norm": whole,
        },
        message=f"{name or 'A parameter'} already had a gradient of norm {leftover:.3g} when the "
        f"backward pass began; the new one was added to it: the step is taken with {whole:.3g}.",
        suggestion="Call optimizer.zero_grad() in each iteration, unless the sum of several is "
        "what you want.",
    )


def _parameter_of(op: Op, structure: Structure) -> str | None:
    result = op.results[0]
    return next(
        (
            each.name
            for each in structure.tensors
            if each.role is Role.PARAMETER and each.gradient == result
        ),
        None,
    )


def _norm(value: Tensor | None) -> float:
    return 0.0 if value is None else norm_of(value)
