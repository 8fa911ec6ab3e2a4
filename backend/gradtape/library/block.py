"""`with gradtape.record(model) as tape:` records what runs in the block."""

import sys
import threading
from types import FrameType, TracebackType

from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.engine.recorder.call_mode import SourceLines
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.structure_builder import KnownStructures
from gradtape.errors import InvalidRecording
from gradtape.library.steps import StepWatch
from gradtape.library.tape import Tape

# Whether a block is open in this thread. It belongs to the thread, as torch's modes do.
_here = threading.local()


def record(
    model: nn.Module | None = None,
    *,
    every: int | None = None,
    optimizer: Optimizer | None = None,
) -> "RecordingBlock":
    """Record the PyTorch code in a `with` block, in this thread.

    The block runs as it would without: same numbers, same random state, same errors. An exception
    leaves the block as usual; the tape holds what ran until then.

    Args:
        model: its modules, parameters and buffers get their names from it; without one, tensors
            are named after the variables that hold them.
        every: the block is a training loop, of which every so-manieth iteration is recorded, the
            first one too. An iteration ends when an optimizer has stepped, or where the loop calls
            `tape.end_iteration()`. None: the whole block is one iteration.
        optimizer: the one whose step ends an iteration, where a loop has several. Not for a block
            that is one iteration.
    Raises:
        InvalidRecording: an argument is not what is asked for here. On
            entry: a block is open in this thread already. At the end: nothing was recorded.
    """
    if model is not None and not isinstance(model, nn.Module):
        raise InvalidRecording(
            f"record() takes a torch.nn.Module, or nothing; got {type(model).__name__}"
        )
    if every is not None and (not isinstance(every, int) or isinstance(every, bool) or every < 1):
        raise InvalidRecording(f"every must be a whole number from 1 on; got {every!r}")
    if optimizer is not None and (every is None or not isinstance(optimizer, Optimizer)):
        raise InvalidRecording(
            "optimizer is a torch.optim.Optimizer, and goes with every: its step ends an iteration"
        )
    return RecordingBlock(model, every, optimizer)


class RecordingBlock:
    """A block being recorded; made by `record`, for one `with`."""

    def __init__(
        self, model: nn.Module | None, every: int | None, optimizer: Optimizer | None
    ) -> None:
        self._model = model
        self._every = every
        self._ends_iteration = optimizer
        self._known = KnownStructures()
        self._tape = Tape(
            name="" if model is None else type(model).__name__, end_iteration=self._end_iteration
        )
        self._steps = StepWatch(self._step_begins, self._step_ended)
        self._recorder: Recorder | None = None
        self._iteration = 0
        self._frame: FrameType | None = None
        self._used = False

    def __enter__(self) -> Tape:
        if getattr(_here, "is_recording", False):
            raise InvalidRecording(
                "A block is being recorded in this thread already; one cannot stand in another."
            )
        if self._used:
            raise InvalidRecording("This block was recorded already; call record() for each.")
        self._used = True
        self._frame = sys._getframe(1)
        if self._ends_iteration is not None:
            self._steps.meet(self._ends_iteration)
        self._begin()
        _here.is_recording = True
        return self._tape

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _here.is_recording = False
        self._steps.detach()
        try:
            # What is left of a loop's last iteration is one only if it was cut short.
            self._close(wanted=self._every is None or error is not None)
        finally:
            # The tape lives on, and is not to keep the user's variables and model alive.
            self._frame = self._model = self._ends_iteration = None
        if error is None and not self._tape.iterations:
            raise InvalidRecording(self._say_why_empty())

    def _end_iteration(self) -> None:
        """Close the iteration under way; the next one begins."""
        if self._every is None or self._frame is None:
            raise InvalidRecording("end_iteration() is for the loop in a block of record(every=…)")
        self._close(wanted=True)
        self._iteration += 1
        self._begin()

    def _step_begins(self, optimizer: Optimizer) -> None:
        if self._recorder is not None:
            self._recorder.update.begin(optimizer)

    def _step_ended(self, optimizer: Optimizer) -> None:
        if self._recorder is not None:
            self._recorder.update.end()
        if self._every is not None and self._ends_iteration in (None, optimizer):
            self._end_iteration()

    def _begin(self) -> None:
        if self._frame is None or self._iteration % (self._every or 1):
            return
        lines = SourceLines(self._frame.f_code.co_filename)
        recorder = Recorder(
            self._model,
            on_step=self._steps.meet,
            parameters=self._parameters(),
            known=self._known,
            lines=lines,
        )
        self._recorder = recorder.__enter__()

    def _close(self, *, wanted: bool) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        if not recorder.is_innermost:
            raise InvalidRecording(
                "An iteration ended inside of a `with` that began in it and changes what torch"
                " runs, as `with torch.device(…)`; put that around the whole block."
            )
        self._recorder = None
        recorder.__exit__(None, None, None)
        if wanted and recorder.has_ops:
            recording = recorder.finish(iteration=self._iteration, variables=self._variables())
            self._tape.add(recording)
        else:
            recorder.drop()

    def _variables(self) -> dict[str, Tensor]:
        if self._frame is None:
            return {}
        local = list(self._frame.f_locals.items())
        return {name: value for name, value in local if isinstance(value, Tensor)}

    def _parameters(self) -> dict[str, Tensor]:
        """The variables that are parameters, by their first name; without the model's own.

        They get their names before the block runs: afterwards, a step may have made other values
        of them.
        """
        known = {id(each) for each in ([] if self._model is None else self._model.parameters())}
        found: dict[str, Tensor] = {}
        for name, value in self._variables().items():
            if value.is_leaf and value.requires_grad and id(value) not in known:
                known.add(id(value))
                found[name] = value
        return found

    def _say_why_empty(self) -> str:
        if self._every is not None and self._iteration == 0:
            return (
                "No iteration ended in the block: no optimizer stepped, and tape.end_iteration()"
                " was not called."
            )
        return "Nothing ran in the block: no PyTorch operation was seen in this thread."
