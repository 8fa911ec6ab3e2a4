"""From the spec of an optimizer to torch's, and from changed hyperparameters into a live one."""

from collections.abc import Iterable
from typing import Any

from torch import optim
from torch.nn import Parameter

from gradtape.spec.optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    AdamWOptimizer,
    AnyOptimizer,
    RmspropOptimizer,
    SgdOptimizer,
)


def build_optimizer(spec: AnyOptimizer, parameters: Iterable[Parameter]) -> optim.Optimizer:
    """The optimizer; it updates one parameter after the other, in the order of the network."""
    options = _options(spec)
    # foreach off: torch may bundle all parameters into one op, and a tape shows each by itself.
    match spec:
        case SgdOptimizer():
            return optim.SGD(parameters, foreach=False, **options)
        case AdamOptimizer():
            return optim.Adam(parameters, foreach=False, **options)
        case AdamWOptimizer():
            return optim.AdamW(parameters, foreach=False, **options)
        case RmspropOptimizer():
            return optim.RMSprop(parameters, foreach=False, **options)
        case AdagradOptimizer():
            return optim.Adagrad(parameters, foreach=False, **options)


def apply_optimizer(optimizer: optim.Optimizer, spec: AnyOptimizer) -> None:
    """Write the hyperparameters of a spec of the same kind into a live optimizer.

    What the optimizer has gathered (momentum, averages) stays.
    """
    options = _options(spec)
    for group in optimizer.param_groups:
        group.update(options)


def _options(spec: AnyOptimizer) -> dict[str, Any]:
    # The spec uses torch's own names and ranges.
    return {name: getattr(spec, name) for name in type(spec).model_fields if name != "kind"}
