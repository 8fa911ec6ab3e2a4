"""What a case of the zoo is: a small program with leaves, a loss, and a way to go back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

Law = Literal[
    "differences",  # float64 gradients equal central differences
    "plain",  # a plain run gives the same loss, gradients and random state
    "bits",  # and does so bit for bit
    "intermediates",  # each result in the forward pass has the gradient that retain_grad() keeps
    "afterwards",  # what the user writes after the recording is not on the tape
    "sums",  # the gradient edges into a tensor sum to its whole gradient
    "events",  # events cover the ops in order; each gradient is revealed once
    "operands",  # operands come to be before the op that uses them
    "nodes",  # every node has its op
    "order",  # the order of the nodes is the engine's
    "wiring",  # the edges that leave a node go to the operands of its op
    "reasons",  # nothing is said to be made under no_grad where gradients were never off
    "replay",  # the recorded backward ops, run on the recorded values, give the recorded results
    "reached",  # and every gradient is among these results
    "blob",  # each value lies in the blob at its slot
    "repeats",  # recorded twice, the tape is the same
]

OTHER_FORMULA = "while any mode watches, torch takes another formula for the gradient of prod"


@dataclass
class Program:
    """Runs forward and backward; every run of `loss` computes the same numbers.

    Attributes:
        loss: computes what the backward pass begins from; reseeds whatever randomness it uses.
        leaves: all tensors that may get gradients, by name; the model's parameters included.
        model: names its parameters, buffers and calls, if there is one.
        backward: goes back from the loss, and leaves the gradients in the leaves' `.grad`.
        objective: the scalar whose derivatives the gradients are, where that is not the loss.
    """

    loss: Callable[[], Tensor]
    leaves: dict[str, Tensor]
    model: nn.Module | None = None
    backward: Callable[[Tensor], None] | None = None
    objective: Callable[[], Tensor] | None = None

    def run(self) -> Tensor:
        """Forward and backward once; returns the loss."""
        loss = self.loss()
        self.go_back(loss)
        return loss

    def go_back(self, loss: Tensor) -> None:
        """The backward pass alone."""
        if self.backward is None:
            loss.backward()
        else:
            self.backward(loss)

    def differentiable(self) -> Tensor:
        """The scalar that central differences are taken of."""
        return self.loss() if self.objective is None else self.objective()


@dataclass(frozen=True)
class ZooCase:
    """A program by its name.

    Attributes:
        build: makes it anew, always with the same numbers, in float32 or float64 where it can.
        exceptions: laws that cannot hold for it, and why.
    """

    name: str
    build: Callable[[torch.dtype], Program]
    exceptions: Mapping[Law, str] = field(default_factory=dict)


def case(build: Callable[[torch.dtype], Program], **exceptions: str) -> ZooCase:
    """A case named after the function that builds it."""
    return ZooCase(build.__name__, build, exceptions)  # type: ignore[arg-type]


class Numbers:
    """Seeded numbers of one dtype."""

    def __init__(self, dtype: torch.dtype, seed: int = 0) -> None:
        self.dtype = dtype
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int) -> Tensor:
        """Normal numbers; the same ones, rounded, whatever the dtype."""
        values = torch.randn(shape, generator=self._generator, dtype=torch.float64)
        return values.to(self.dtype)

    def positive(self, *shape: int) -> Tensor:
        """Numbers between 0.2 and 1.2."""
        values = torch.rand(shape, generator=self._generator, dtype=torch.float64)
        return (values + 0.2).to(self.dtype)

    def integers(self, high: int, *shape: int) -> Tensor:
        """Integers from 0 up to, not including, high."""
        return torch.randint(high, shape, generator=self._generator)

    def leaf(self, *shape: int) -> Tensor:
        """Normal numbers that require a gradient: a parameter, though of no module."""
        return nn.Parameter(self.normal(*shape))

    def positive_leaf(self, *shape: int) -> Tensor:
        """Positive numbers that require a gradient."""
        return nn.Parameter(self.positive(*shape))


def formula(compute: Callable[..., Tensor], **leaves: Tensor) -> Program:
    """A program that computes its loss from named leaves."""
    return Program(loss=lambda: compute(**leaves), leaves=leaves)


def build_module(make: Callable[[], nn.Module], dtype: torch.dtype) -> nn.Module:
    """A module with seeded parameters."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make().to(dtype)


def module_program(
    make: Callable[[], nn.Module],
    inputs: Callable[[Numbers], dict[str, Tensor]],
    dtype: torch.dtype,
    *,
    loss: Callable[..., Tensor] | None = None,
) -> Program:
    """A module on an input.

    Args:
        make: the module.
        inputs: its arguments; those that require a gradient are leaves too.
        loss: from the module and its arguments; the weighed output if left out.
    """
    model = build_module(make, dtype)
    arguments = inputs(Numbers(dtype))
    compute = loss if loss is not None else lambda model, *given: weigh(model(*given))
    wanted = {name: value for name, value in arguments.items() if value.requires_grad}
    return Program(
        loss=lambda: compute(model, *arguments.values()),
        leaves={**dict(model.named_parameters()), **wanted},
        model=model,
    )


def weigh(output: Tensor) -> Tensor:
    """A scalar to which every number of an output contributes by another factor."""
    factors = torch.linspace(-0.8, 1.3, output.numel(), dtype=output.dtype, device=output.device)
    return (output * factors.reshape(output.shape)).sum()
