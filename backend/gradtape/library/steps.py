"""Follows the steps of a user's optimizers for as long as a block lasts."""

from collections.abc import Callable

from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle


class StepWatch:
    """Tells when the step of an optimizer begins and ends.

    An optimizer is met when it steps in a recorded iteration, and followed from then on.

    Args:
        begin: is given the optimizer.
        end: too; it may begin another recording: no hook comes or goes before the block's end.
    """

    def __init__(
        self, begin: Callable[[Optimizer], None], end: Callable[[Optimizer], None]
    ) -> None:
        self._begin = begin
        self._end = end
        self._followed: dict[Optimizer, list[RemovableHandle]] = {}

    def meet(self, optimizer: Optimizer) -> None:
        """Follow an optimizer that is about to step."""
        if optimizer not in self._followed:
            self._followed[optimizer] = [
                optimizer.register_step_pre_hook(lambda *_: self._begin(optimizer)),
                optimizer.register_step_post_hook(lambda *_: self._end(optimizer)),
            ]

    def detach(self) -> None:
        """Leave the optimizers as they were."""
        for handles in self._followed.values():
            for handle in handles:
                handle.remove()
        self._followed.clear()
