"""Watches the optimizer's step: when it begins and ends, and what it works on."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from gradtape.engine.recorder.recording_log import Mark, RecordingLog


class UpdateWatch:
    """Writes the steps of optimizers to the log.

    Attributes:
        optimizers: those that are followed, or have stepped.
    """

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        self.optimizers: list[Optimizer] = []
        self._handles: list[RemovableHandle] = []

    def follow(self, optimizer: Optimizer) -> None:
        """Be told by an optimizer when its step begins and ends."""
        self._remember(optimizer)
        self._handles += [
            optimizer.register_step_pre_hook(lambda *_: self.begin(optimizer)),
            optimizer.register_step_post_hook(lambda *_: self.end()),
        ]

    def detach(self) -> None:
        """Leave the optimizers as they were."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    @contextmanager
    def step_of(self, optimizer: Optimizer) -> Iterator[None]:
        """A block that belongs to a step, from the clipping of gradients on."""
        self.begin(optimizer)
        try:
            yield
        finally:
            self.end()

    @contextmanager
    def interrupted(self, optimizer: Optimizer) -> Iterator[None]:
        """A block within a step that runs the network again: it is a pass of its own."""
        self.end()
        try:
            yield
        finally:
            self.begin(optimizer)

    def begin(self, optimizer: Optimizer) -> None:
        """A step begins."""
        self._remember(optimizer)
        self._log.updating = True
        worked_on = [
            (parameter, parameter.grad, _state_of(optimizer, parameter))
            for group in optimizer.param_groups
            for parameter in group["params"]
        ]
        self._log.mark(Mark.STEP, type(optimizer).__name__, worked_on)

    def end(self) -> None:
        """The step has ended."""
        self._log.mark(Mark.STEP_DONE)
        self._log.updating = False

    def _remember(self, optimizer: Optimizer) -> None:
        if not any(each is optimizer for each in self.optimizers):
            self.optimizers.append(optimizer)


def _state_of(optimizer: Optimizer, parameter: Tensor) -> list[tuple[str, Tensor]]:
    # Sorted: a state that was restored may list its parts in another order.
    state = sorted(optimizer.state.get(parameter, {}).items())
    return [(key, value) for key, value in state if isinstance(value, Tensor)]
