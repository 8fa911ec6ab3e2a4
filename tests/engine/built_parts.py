"""The parts of an experiment, built for a test from a raw spec."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from gradtape.engine.data.datasets import Dataset, build_dataset
from gradtape.engine.network.losses import build_loss
from gradtape.engine.network.network import Network, build_network
from gradtape.engine.randomness import Randomness, build_randomness
from gradtape.engine.training.optimizers import build_optimizer
from gradtape.spec import ExperimentSpec, parse_spec

CPU = torch.device("cpu")


@dataclass
class Parts:
    """What a spec becomes."""

    spec: ExperimentSpec
    randomness: Randomness
    data: Dataset
    network: Network
    loss: nn.Module
    optimizer: torch.optim.Optimizer

    def train(self, iterations: int) -> list[float]:
        """The losses of so many iterations."""
        losses: list[float] = []
        for iteration in range(iterations):
            x, y = self.data.batch(iteration, self.spec.batch_size)
            self.optimizer.zero_grad()
            loss = self.loss(self.network(x), y)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


def build_parts(raw: Any) -> Parts:
    """Everything that a raw spec describes, on the CPU."""
    spec = parse_spec(raw)
    randomness = build_randomness(spec.seed, CPU)
    network = build_network(spec, randomness=randomness, device=CPU)
    return Parts(
        spec=spec,
        randomness=randomness,
        data=build_dataset(spec, seed=randomness.data, device=CPU),
        network=network,
        loss=build_loss(spec.loss),
        optimizer=build_optimizer(spec.optimizer, network.parameters()),
    )
