"""From the spec of an optimizer to torch's."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import optim
from torch.nn import Parameter

from gradtape.spec.optimizers import AnyOptimizer, LbfgsOptimizer, SgdByHandOptimizer

BUNDLING: Mapping[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "rmsprop": optim.RMSprop,
    "adagrad": optim.Adagrad,
    "adamax": optim.Adamax,
    "nadam": optim.NAdam,
    "radam": optim.RAdam,
}
"""Those that can work on all parameters at once."""


class SgdByHand(optim.Optimizer):
    """Gradient descent as one writes it without an optimizer."""

    def __init__(self, parameters: Iterable[Parameter], lr: float) -> None:
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # noqa: ARG002
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * p.grad


def build_optimizer(spec: AnyOptimizer, parameters: Iterable[Parameter]) -> optim.Optimizer:
    """The optimizer; it updates one parameter after the other, in the order of the network."""
    options = options_of(spec)
    match spec:
        case SgdByHandOptimizer():
            return SgdByHand(parameters, **options)
        case LbfgsOptimizer():
            return optim.LBFGS(parameters, **options)
        case _:
            # foreach off: torch may bundle all parameters into one op, and a tape shows each.
            return BUNDLING[spec.kind](parameters, foreach=False, **options)


def options_of(spec: AnyOptimizer) -> dict[str, Any]:
    """The hyperparameters by torch's own names."""
    return {name: getattr(spec, name) for name in type(spec).model_fields if name != "kind"}
