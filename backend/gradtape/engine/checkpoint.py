"""What an experiment needs to stand again where it stood before an iteration."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.spec.optimizers import AnyOptimizer

MODEL = "model/"
OPTIMIZER = "optimizer/"
RANDOM = "random"


@dataclass(frozen=True)
class Checkpoint:
    """The state before an iteration ran.

    Args:
        iteration: the one that comes next.
        tensors: copies: `model/fc1.weight`, `optimizer/0/exp_avg`, `random`.
        optimizer: its hyperparameters at that time.
        edits: how many edits of the data were in force.
        changed: what had been written over by hand by then; see `Experiment.changed`.
    """

    iteration: int
    tensors: dict[str, Tensor]
    optimizer: AnyOptimizer
    edits: int
    changed: tuple[str, ...] = ()

    @cached_property
    def size_bytes(self) -> int:
        """Memory of all copies."""
        return sum(tensor.numel() * tensor.element_size() for tensor in self.tensors.values())


def copy_state(
    network: nn.Module, optimizer: Optimizer, generator: torch.Generator
) -> dict[str, Tensor]:
    """Copies of everything that training changes."""
    tensors = {MODEL + name: tensor.clone() for name, tensor in network.state_dict().items()}
    for index, parameter in enumerate(_parameters(optimizer)):
        for key, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{OPTIMIZER}{index}/{key}"] = value.clone()
    tensors[RANDOM] = generator.get_state()
    return tensors


def restore_state(
    tensors: dict[str, Tensor],
    network: nn.Module,
    optimizer: Optimizer,
    generator: torch.Generator,
) -> None:
    """Write copies back; the optimizer's state becomes exactly what was copied."""
    model = {
        name.removeprefix(MODEL): tensor
        for name, tensor in tensors.items()
        if name.startswith(MODEL)
    }
    network.load_state_dict(model)
    optimizer.state.clear()
    parameters = _parameters(optimizer)
    for name, tensor in tensors.items():
        if name.startswith(OPTIMIZER):
            index, key = name.removeprefix(OPTIMIZER).split("/")
            optimizer.state[parameters[int(index)]][key] = tensor.clone()
    generator.set_state(tensors[RANDOM])


def _parameters(optimizer: Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
