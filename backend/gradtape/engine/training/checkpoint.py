"""What an experiment needs to stand again where it stood before an iteration."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.engine.training.nested_state import put_tensors, take_tensors
from gradtape.spec import Regime

MODEL = "model/"
OPTIMIZER = "optimizer"
RANDOM = "random"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state before an iteration ran. One is equal only to itself, and can key what it led to.

    Args:
        iteration: the one that comes next.
        tensors: copies: `model/fc1.weight`, `optimizer/0/exp_avg`, `random`.
        gathered: what the optimizer has gathered, by the number of the parameter; in the place of
            each tensor stands its name among `tensors`.
        regime: its hyperparameters at that time.
        progress: where schedule and loss scaling stand, as plain data.
        edits: how many edits of the data were in force.
        changed: what had been written over by hand by then; see `Experiment.changed`.
    """

    iteration: int
    tensors: dict[str, Tensor]
    gathered: dict[str, Any]
    regime: Regime
    progress: dict[str, Any]
    edits: int
    changed: tuple[str, ...] = ()

    @cached_property
    def size_bytes(self) -> int:
        """Memory of all copies."""
        return sum(tensor.numel() * tensor.element_size() for tensor in self.tensors.values())


def copy_state(
    network: nn.Module, optimizer: Optimizer, generator: torch.Generator
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Copies of everything that training changes, and what stands around the optimizer's."""
    tensors = {MODEL + name: tensor.clone() for name, tensor in network.state_dict().items()}
    gathered = {
        number: optimizer.state[parameter]
        for number, parameter in enumerate(_parameters(optimizer))
        if parameter in optimizer.state
    }
    plain = take_tensors(gathered, OPTIMIZER, tensors)
    tensors[RANDOM] = generator.get_state()
    return tensors, plain


def restore_state(
    checkpoint: Checkpoint,
    network: nn.Module,
    optimizer: Optimizer,
    generator: torch.Generator,
) -> None:
    """Write copies back; the optimizer's state becomes exactly what was copied."""
    tensors = checkpoint.tensors
    model = {
        name.removeprefix(MODEL): tensor
        for name, tensor in tensors.items()
        if name.startswith(MODEL)
    }
    network.load_state_dict(model)
    optimizer.state.clear()
    parameters = _parameters(optimizer)
    for number, state in put_tensors(checkpoint.gathered, tensors).items():
        optimizer.state[parameters[int(number)]] = state
    generator.set_state(tensors[RANDOM])


def _parameters(optimizer: Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
