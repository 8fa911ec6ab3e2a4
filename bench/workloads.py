"""The reference workloads as plain PyTorch; the peer's environment, without gradtape, uses them."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Workload:
    """One network with one batch and a loss: what is run and what is recorded."""

    name: str
    model: nn.Module
    x: Tensor
    y: Tensor
    loss: Callable[[Tensor, Tensor], Tensor]

    def iterate(self) -> Tensor:
        """One plain forward and backward pass, without an update; returns the loss."""
        self.model.zero_grad(set_to_none=True)
        loss = self.loss(self.model(self.x), self.y)
        loss.backward()
        return loss


class SharedWeightChain(nn.Module):
    """`steps` times `tanh(x @ w)` with one shared 16×16 weight: a deep graph from a short text."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.w = nn.Parameter(torch.randn(16, 16) / 4)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, 16) → (batch, 16)."""
        for _ in range(self.steps):
            x = torch.tanh(x @ self.w)
        return x


def summed_squared_error(output: Tensor, target: Tensor) -> Tensor:
    """Σ (output − target)², a scalar."""
    return functional.mse_loss(output, target, reduction="sum")


def summed_square(output: Tensor, _target: Tensor) -> Tensor:
    """Σ output², a scalar."""
    return output.pow(2).sum()


def build_two_layer() -> Workload:
    """Linear 1000→100, ReLU, Linear 100→10, batch 64."""
    model = nn.Sequential(nn.Linear(1000, 100), nn.ReLU(), nn.Linear(100, 10))
    return Workload(
        "two_layer", model, torch.randn(64, 1000), torch.randn(64, 10), summed_squared_error
    )


def build_lenet() -> Workload:
    """Two convolutions with pooling, three linear layers, batch 8 of 1×32×32."""
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(576, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    return Workload(
        "lenet", model, torch.randn(8, 1, 32, 32), torch.randn(8, 10), summed_squared_error
    )


def build_transformer6() -> Workload:
    """Six encoder layers, width 64, 4 heads, feed-forward 128, batch 4 × 16, no dropout."""
    layer = nn.TransformerEncoderLayer(
        64, nhead=4, dim_feedforward=128, dropout=0.0, batch_first=True
    )
    model = nn.TransformerEncoder(layer, num_layers=6, enable_nested_tensor=False)
    return Workload(
        "transformer6", model, torch.randn(4, 16, 64), torch.randn(4, 16, 64), summed_squared_error
    )


def build_rnn1000() -> Workload:
    """1,000 steps of the shared-weight chain, batch 4."""
    return Workload(
        "rnn1000", SharedWeightChain(1_000), torch.randn(4, 16), torch.zeros(()), summed_square
    )


def build_chain10k() -> Workload:
    """10,000 steps of the shared-weight chain, batch 4."""
    return Workload(
        "chain10k", SharedWeightChain(10_000), torch.randn(4, 16), torch.zeros(()), summed_square
    )


BUILDERS: dict[str, Callable[[], Workload]] = {
    "two_layer": build_two_layer,
    "lenet": build_lenet,
    "transformer6": build_transformer6,
    "rnn1000": build_rnn1000,
    "chain10k": build_chain10k,
}


def build_workload(name: str) -> Workload:
    """The workload of that name, with the same numbers each time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return BUILDERS[name]()
