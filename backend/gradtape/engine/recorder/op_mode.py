"""Watches dispatched ops: forward, backward and update alike."""

from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer

from gradtape.engine.private_torch import (
    STEP_MARKER,
    DispatchMode,
    next_node_number,
    running_node,
    saving_hooks,
    stepping_optimizer,
)
from gradtape.engine.recorder.op_reading import OpForms, tensors_in
from gradtape.engine.recorder.recording_log import RecordingLog
from gradtape.engine.recorder.write_guard import WriteGuard
from gradtape.errors import LimitExceeded
from gradtape.limits import MAX_OPS_PER_ITERATION


class OpMode(DispatchMode):
    """Writes every op of this thread to the log.

    Args:
        log: what is written to.
        guard: keeps what an op is about to overwrite.
        forms: of the ops met so far.
        on_step: is given every optimizer that is about to step.
    """

    def __init__(
        self,
        log: RecordingLog,
        guard: WriteGuard,
        forms: OpForms,
        on_step: Callable[[Optimizer], None] | None = None,
    ) -> None:
        super().__init__()
        self._log = log
        self._items, self._write = log.items, log.write
        self._guard = guard
        self._forms = forms
        self._find_form = forms.find
        self._on_step = on_step

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        # Runs for every op of the iteration: what can wait until afterwards does.
        log = self._log
        form = self._find_form(id(func)) or self._forms.add(func)
        if log.paused or not form.watched:
            if self._on_step is not None and not form.watched:
                self._tell_step(self._on_step, args[0])
            return form.run(*args, **(kwargs or {}))
        copies = None
        if form.written:
            written = form.written_among(args, kwargs)
            copies = self._guard.copy_before(written, tensors_in((args, kwargs)))
        number, node = next_node_number(), running_node()
        if node is None and not torch.is_grad_enabled():
            log.under_no_grad.add(len(self._items) - log.others)
        if saving_hooks() is not None:
            log.sealed.add(number - 1)
        result = form.run(*args, **kwargs) if kwargs else form.run(*args)
        self._write((form, args, kwargs, result, number, node, copies))
        if len(self._items) - log.others > MAX_OPS_PER_ITERATION:
            raise too_many_ops(MAX_OPS_PER_ITERATION + 1)
        return result

    @staticmethod
    def _tell_step(on_step: Callable[[Optimizer], None], marker: Any) -> None:
        if isinstance(marker, str) and marker.startswith(STEP_MARKER):
            optimizer = stepping_optimizer()
            if optimizer is not None:
                on_step(optimizer)


def too_many_ops(asked: int) -> LimitExceeded:
    """The error of an iteration that runs too long."""
    return LimitExceeded(
        f"this iteration runs more than {MAX_OPS_PER_ITERATION} ops",
        limit="MAX_OPS_PER_ITERATION",
        asked=asked,
        allowed=MAX_OPS_PER_ITERATION,
    )
