"""The one place where a recording of a program of the zoo begins."""

from torch import Tensor, nn

from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.structure_builder import KnownStructures
from tests.zoo.program import Program


def record_program(program: Program, *, known: KnownStructures | None = None) -> Recording:
    """Record a program forward and backward."""
    model, others = model_and_others(program)
    with Recorder(model, tensors=others, known=known) as recorder:
        loss = program.run()
    return recorder.finish(loss=loss if loss.numel() == 1 else None, output=loss)


def model_and_others(program: Program) -> tuple[nn.Module, dict[str, Tensor]]:
    """A module that names the parameters, and the leaves that are none, by name."""
    model = program.model if program.model is not None else holder(program.leaves)
    parameters = {id(parameter) for parameter in model.parameters()}
    others = {name: leaf for name, leaf in program.leaves.items() if id(leaf) not in parameters}
    return model, others


def holder(leaves: dict[str, Tensor]) -> nn.Module:
    """A module that does nothing but name the leaves that are parameters."""
    module = nn.Module()
    for name, leaf in leaves.items():
        if isinstance(leaf, nn.Parameter):
            module.register_parameter(name, leaf)
    return module
