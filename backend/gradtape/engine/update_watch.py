"""Watches the optimizer's step: when it begins and ends, and what it works on."""

import threading
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.hooks import RemovableHandle

from gradtape.engine.recording_log import Mark, RecordingLog


class UpdateWatch:
    """Follows one optimizer, or every one that steps in this thread.

    Args:
        log: what is written to.
        optimizer: which one; None for all.
    """

    def __init__(self, log: RecordingLog, optimizer: Optimizer | None) -> None:
        self._log = log
        self._optimizer = optimizer
        self._thread = threading.get_ident()
        self._handles: list[RemovableHandle] = []

    def attach(self) -> None:
        """Be told when the step begins and ends."""
        if self._optimizer is None:
            self._handles = [
                register_optimizer_step_pre_hook(self._begin),
                register_optimizer_step_post_hook(self._end),
            ]
        else:
            self._handles = [
                self._optimizer.register_step_pre_hook(self._begin),
                self._optimizer.register_step_post_hook(self._end),
            ]

    def detach(self) -> None:
        """Leave the optimizer as it was."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _begin(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        # Hooks for all optimizers are called in whatever thread one steps.
        if threading.get_ident() != self._thread:
            return
        self._log.updating = True
        worked_on = [
            (parameter, parameter.grad, _state_of(optimizer, parameter))
            for group in optimizer.param_groups
            for parameter in group["params"]
        ]
        self._log.mark(Mark.STEP, type(optimizer).__name__, worked_on)

    def _end(self, _optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if threading.get_ident() != self._thread:
            return
        self._log.mark(Mark.STEP_DONE)
        self._log.updating = False


def _state_of(optimizer: Optimizer, parameter: Tensor) -> list[tuple[str, Tensor]]:
    # Sorted: a state that was restored may list its parts in another order.
    state = sorted(optimizer.state.get(parameter, {}).items())
    return [(key, value) for key, value in state if isinstance(value, Tensor)]
