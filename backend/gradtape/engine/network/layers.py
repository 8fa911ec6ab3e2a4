"""Layers that torch has not, or has not with a generator of its own."""

from functools import reduce

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
    """Dropout that draws from a given generator; bit for bit nn.Dropout under the same seed.

    Args:
        p: the chance of each number to be zeroed, 0 to 1.
        generator: the only source of randomness, on the device of the inputs.
    """

    def __init__(self, p: float, *, generator: torch.Generator) -> None:
        super().__init__()
        self.p = p
        self.generator = generator

    def forward(self, x: Tensor) -> Tensor:
        """Zero random numbers, scale the others by 1 / (1 − p); same shape. In eval mode none."""
        if self.p == 0 or not self.training:
            return x
        if self.p == 1:  # 1 / (1 − p) would be 0 / 0
            return x * torch.zeros((), dtype=x.dtype, device=x.device)
        noise = torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator)
        return x * noise.div_(1 - self.p)

    def extra_repr(self) -> str:
        """As torch shows it."""
        return f"p={self.p}"


class Add(nn.Module):
    """The sum of its inputs, which broadcast."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Left to right."""
        return reduce(torch.add, inputs)


class Multiply(nn.Module):
    """The product of its inputs, which broadcast."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Left to right."""
        return reduce(torch.mul, inputs)


class Concat(nn.Module):
    """Its inputs side by side.

    Args:
        dim: the dimension that grows.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, *inputs: Tensor) -> Tensor:
        """In the order of the inputs."""
        return torch.cat(inputs, self.dim)


class Reshape(nn.Module):
    """Another shape for each sample.

    Args:
        shape: of one sample; -1 takes what the others leave.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        """The batch stays as it is."""
        return x.reshape(len(x), *self.shape)


class Permute(nn.Module):
    """Another order of the dimensions.

    Args:
        dims: the old ones in their new order.
    """

    def __init__(self, dims: tuple[int, ...]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        """A view."""
        return x.permute(self.dims)


class Select(nn.Module):
    """One place of a dimension, which goes.

    Args:
        dim: the dimension.
        index: the place.
    """

    def __init__(self, dim: int, index: int) -> None:
        super().__init__()
        self.dim = dim
        self.index = index

    def forward(self, x: Tensor) -> Tensor:
        """A view."""
        return x.select(self.dim, self.index)


class Shared(nn.Module):
    """A second use of another layer, under a name of its own.

    The original is held without being registered, so that its parameters are named once, and is
    run without its hooks: what runs here is this layer, not the original.
    """

    def __init__(self, original: nn.Module) -> None:
        super().__init__()
        self._original = (original,)  # in a tuple: nn.Module registers only what is a module itself

    @property
    def original(self) -> nn.Module:
        """The layer whose parameters are used."""
        return self._original[0]

    def forward(self, *inputs: Tensor) -> Tensor:
        """As the original."""
        return self.original.forward(*inputs)

    def extra_repr(self) -> str:
        """What is used a second time."""
        return repr(self.original)
