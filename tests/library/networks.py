"""A small network with its data and optimizer, and its plain training."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer


def make_network() -> nn.Sequential:
    """Linear, tanh, linear, in float64; the same weights each time."""
    generator = torch.Generator().manual_seed(7)
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()
    for parameter in network.parameters():
        nn.init.normal_(parameter, generator=generator)
    return network


@dataclass
class Training:
    """One network being trained on eight samples."""

    network: nn.Sequential = field(default_factory=make_network)
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        generator = torch.Generator().manual_seed(8)
        self.x = torch.randn(8, 3, generator=generator, dtype=torch.float64)
        self.y = torch.randn(8, 1, generator=generator, dtype=torch.float64)
        self.optimizer: Optimizer = SGD(self.network.parameters(), lr=0.05, momentum=0.9)

    def step(self) -> None:
        """One iteration."""
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.network(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())

    def hooks_left(self) -> int:
        """How many hooks are on the network and its optimizer."""
        modules = sum(
            len(module._forward_hooks) + len(module._forward_pre_hooks)
            for module in self.network.modules()
        )
        hooks = self.optimizer._optimizer_step_pre_hooks, self.optimizer._optimizer_step_post_hooks
        return modules + sum(map(len, hooks))


def bits(tensor: Tensor | None) -> bytes:
    """The numbers of a tensor as bytes: NaN equals NaN, and 0 is not −0."""
    assert tensor is not None
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
