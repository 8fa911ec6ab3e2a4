"""Small modules and how to record them, shared by the recorder's tests."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.structure_builder import KnownStructures
from gradtape.tape.structure import Tensor as TapeTensor


class Formula(nn.Module):
    """A function of named scalars or tensors, each a parameter."""

    def __init__(self, formula: Callable[..., Tensor], **parameters: Tensor) -> None:
        super().__init__()
        for name, value in parameters.items():
            self.register_parameter(name, nn.Parameter(value))
        self._formula = formula

    def forward(self) -> Tensor:
        return self._formula(**dict(self.named_parameters()))


def record_formula(formula: Callable[..., Tensor], **parameters: Tensor) -> Recording:
    """Record a formula forward and, from its scalar result, backward."""
    model = Formula(formula, **parameters)
    with Recorder(model) as recorder:
        result = model()
        result.backward()
    return recorder.finish(loss=result, output=result)


def record_step(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    loss: nn.Module | None = None,
    optimizer: Optimizer | None = None,
    known: KnownStructures | None = None,
) -> Recording:
    """Record one iteration of a model on a batch."""
    loss = loss if loss is not None else nn.MSELoss()
    with Recorder(
        model, loss=loss, optimizer=optimizer, tensors={"input": x, "target": y}, known=known
    ) as recorder:
        output = model(x)
        result = loss(output, y)
        result.backward()
        if optimizer is not None:
            optimizer.step()
    return recorder.finish(loss=result, output=output)


def scalar(value: float) -> Tensor:
    """A float64 scalar."""
    return torch.tensor(value, dtype=torch.float64)


def named(recording: Recording, name: str) -> TapeTensor:
    """The recorded tensor of this name."""
    return recording.structure.tensors[recording.find(name)]


def gradient_of(recording: Recording, name: str) -> Tensor:
    """The whole recorded gradient of a named tensor."""
    number = named(recording, name).gradient
    assert number is not None
    gradient = recording.tensor(number)
    assert gradient is not None
    return gradient
