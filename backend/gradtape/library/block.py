"""`with gradtape.record(model) as tape:` records what runs in the block."""

import sys
import threading
from types import FrameType, TracebackType
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack
from torch.utils.hooks import RemovableHandle

from gradtape.engine.call_mode import SourceLines
from gradtape.engine.op_mode import OpMode
from gradtape.engine.recorder import Recorder
from gradtape.engine.structure_builder import KnownStructures
from gradtape.errors import InvalidRecording
from gradtape.library.tape import Tape


def record(model: nn.Module | None = None, *, every: int | None = None) -> "RecordingBlock":
    """Record the PyTorch code in a `with` block, in this thread.

    The block runs as it would without: same numbers, same random state, same errors. An exception
    leaves the block as usual; the tape holds what ran until then.

    Args:
        model: its modules, parameters and buffers get their names from it; without one, tensors
            are named after the variables that hold them.
        every: the block is a training loop, of which every so-manieth iteration is recorded, the
            first one too. An iteration ends when an optimizer has stepped, or where the loop calls
            `tape.end_iteration()`. None: the whole block is one iteration.
    Raises:
        InvalidRecording: the model is no module, `every` is no whole number from 1 on, a recording
            is under way in this thread already, or nothing ran in the block.
    """
    if model is not None and not isinstance(model, nn.Module):
        raise InvalidRecording(
            f"record() takes a torch.nn.Module, or nothing; got {type(model).__name__}"
        )
    if every is not None and (not isinstance(every, int) or isinstance(every, bool) or every < 1):
        raise InvalidRecording(f"every must be a whole number from 1 on; got {every!r}")
    return RecordingBlock(model, every)


class RecordingBlock:
    """A block being recorded; made by `record`."""

    def __init__(self, model: nn.Module | None, every: int | None) -> None:
        self._model = model
        self._every = every
        self._known = KnownStructures()
        self._tape = Tape(name="" if model is None else type(model).__name__, block=self)
        self._recorder: Recorder | None = None
        self._iteration = 0
        self._frame: FrameType | None = None
        self._lines: SourceLines | None = None
        self._after_step: RemovableHandle | None = None
        self._thread = 0

    def __enter__(self) -> Tape:
        _refuse_nesting()
        self._thread = threading.get_ident()
        self._frame = sys._getframe(1)
        self._lines = SourceLines(self._frame.f_code.co_filename)
        if self._every is not None:
            self._after_step = register_optimizer_step_post_hook(self._step_ended)
        self._begin()
        return self._tape

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._after_step is not None:
            self._after_step.remove()
        # What is left of a loop's last iteration is one only if it was cut short.
        self._close(wanted=self._every is None or error is not None)
        self._frame = None
        if error is None and not self._tape.iterations:
            raise InvalidRecording(
                "Nothing ran in the block: no PyTorch operation was seen in this thread."
            )

    def end_iteration(self) -> None:
        """Close the iteration under way; the next one begins."""
        if self._every is None:
            raise InvalidRecording("end_iteration() is for record(every=…)")
        self._close(wanted=True)
        self._iteration += 1
        self._begin()

    def _step_ended(self, _optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        # The hook is called for every optimizer, in whatever thread it steps.
        if threading.get_ident() == self._thread:
            self.end_iteration()

    def _begin(self) -> None:
        if self._iteration % (self._every or 1) == 0:
            self._recorder = Recorder(
                self._model, optimizer=True, known=self._known, lines=self._lines
            )
            self._recorder.__enter__()

    def _close(self, *, wanted: bool) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.__exit__(None, None, None)
        if not wanted or not recorder.has_ops:
            recorder.drop()
            return
        recording = recorder.finish(iteration=self._iteration, variables=self._variables())
        # The numbers as they are now: the user's code goes on.
        self._tape.add(recording)

    def _variables(self) -> dict[str, Tensor]:
        if self._frame is None:
            return {}
        local = self._frame.f_locals.items()
        return {name: value for name, value in local if isinstance(value, Tensor)}


def _refuse_nesting() -> None:
    if any(isinstance(mode, OpMode) for mode in _get_current_dispatch_mode_stack()):
        raise InvalidRecording(
            "A recording is under way in this thread already; one block cannot stand in another."
        )
