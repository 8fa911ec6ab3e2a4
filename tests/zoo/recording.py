"""The one place where a recording of a program of the zoo begins."""

from torch import nn

from gradtape.engine.recorder import Recorder
from gradtape.engine.recording import Recording
from gradtape.engine.structure_builder import KnownStructures
from tests.zoo.program import Program


def record_program(program: Program, *, known: KnownStructures | None = None) -> Recording:
    """Record a program forward and backward."""
    model = program.model if program.model is not None else nn.Module()
    parameters = {id(parameter) for parameter in model.parameters()}
    others = {name: leaf for name, leaf in program.leaves.items() if id(leaf) not in parameters}
    with Recorder(model, tensors=others, known=known) as recorder:
        loss = program.run()
    return recorder.finish(loss=loss if loss.numel() == 1 else None, output=loss)
