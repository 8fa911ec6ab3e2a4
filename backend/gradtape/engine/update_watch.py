"""Watches the optimizer's step: when it begins and ends, and what it works on."""

from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from gradtape.engine.recording_log import Mark, RecordingLog


class UpdateWatch:
    """Follows one optimizer."""

    def __init__(self, log: RecordingLog, optimizer: Optimizer) -> None:
        self._log = log
        self._optimizer = optimizer
        self._handles: list[RemovableHandle] = []

    def attach(self) -> None:
        """Be told when the step begins and ends."""
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
        self._log.updating = True
        worked_on = [
            (parameter, parameter.grad, _state_of(optimizer, parameter))
            for group in optimizer.param_groups
            for parameter in group["params"]
        ]
        self._log.mark(Mark.STEP, type(optimizer).__name__, worked_on)

    def _end(self, _optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        self._log.mark(Mark.STEP_DONE)
        self._log.updating = False


def _state_of(optimizer: Optimizer, parameter: Tensor) -> list[tuple[str, Tensor]]:
    # Sorted: a state that was restored may list its parts in another order.
    state = sorted(optimizer.state.get(parameter, {}).items())
    return [(key, value) for key, value in state if isinstance(value, Tensor)]
