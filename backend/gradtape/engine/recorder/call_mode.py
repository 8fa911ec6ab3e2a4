"""Watches Python-level calls: functions through a mode, modules through their forward hooks."""

import sys
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils.hooks import RemovableHandle

from gradtape.engine.private_torch import is_wrapped
from gradtape.engine.recorder.op_reading import tensors_in
from gradtape.engine.recorder.recording_log import Item, Mark, RecordingLog

PROPERTY_ACCESS = frozenset({"__get__", "__set__"})

NODE_ACCESS = vars(torch._C.TensorBase)["grad_fn"].__get__
"""How a mode sees that `grad_fn` is read."""

BACKWARD_CALLS: dict[Any, str] = {
    Tensor.backward: "self",
    torch.autograd.backward: "tensors",
    torch.autograd.grad: "outputs",
}
"""The calls that start a backward pass, and the name of the argument that it starts from."""

MOST_FRAMES_UP = 12  # from a module's hook to the line that called the module


@lru_cache(maxsize=4_096)
def call_target(func: Any) -> str:
    """The public name of a torch function, `torch.nn.functional.linear`."""
    return resolve_name(func) or getattr(func, "__qualname__", repr(func))


class SourceLines:
    """Tells which line of one file is being run.

    Args:
        file_name: of the user's code, as its code objects have it.
    """

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name

    def current(self) -> int | None:
        """The innermost line of that file; None if it is not near."""
        frame = sys._getframe(2)
        for _ in range(MOST_FRAMES_UP):
            if frame.f_code.co_filename == self._file_name:
                return frame.f_lineno
            if frame.f_back is None:
                return None
            frame = frame.f_back
        return None


class CallMode(TorchFunctionMode):
    """Writes function calls to the log, and announces backward passes.

    Args:
        log: what is written to.
        run_backward: is given the tensors that a backward pass starts from, those whose gradients
            it returns, and the call itself.
        lines: of the user's file; None where there is none.
    """

    def __init__(
        self,
        log: RecordingLog,
        run_backward: Callable[[list[Tensor], list[Tensor], Callable[[], Any]], Any],
        lines: SourceLines | None = None,
    ) -> None:
        super().__init__()
        self._log = log
        self._run_backward = run_backward
        self._lines = lines

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in BACKWARD_CALLS:
            roots = args[0] if args else kwargs[BACKWARD_CALLS[func]]
            inputs = None
            if func is torch.autograd.grad:
                inputs = args[1] if len(args) > 1 else kwargs["inputs"]
            call = partial(func, *args, **kwargs)
            if any(map(is_wrapped, tensors_in(roots))):
                # torch.func differentiates: a graph of its own, whose ops are part of this one.
                return call()
            return self._run_backward(tensors_in(roots), tensors_in(inputs), call)
        log = self._log
        # The optimizer's step is one call; the many small ones inside explain nothing.
        if log.updating or func.__name__ in PROPERTY_ACCESS:
            log.nodes_shown |= func == NODE_ACCESS
            return func(*args, **kwargs)
        call = (Mark.CALL, func, None if self._lines is None else self._lines.current())
        log.mark(*call)
        try:
            return func(*args, **kwargs)
        finally:
            log.mark(Mark.RETURN, call)


class ModuleCalls:
    """Writes the calls of a model's modules to the log while it is attached."""

    def __init__(self, log: RecordingLog, lines: SourceLines | None = None) -> None:
        self._log = log
        self._lines = lines
        self._handles: list[RemovableHandle] = []

    def attach(self, modules: Iterator[tuple[str, nn.Module]]) -> None:
        """Follow these modules by their paths; the root, whose path is empty, is no call."""
        for path, module in modules:
            if path:
                self._follow(path, module)

    def detach(self) -> None:
        """Leave the modules as they were."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _follow(self, path: str, module: nn.Module) -> None:
        log, lines, opened = self._log, self._lines, list[Item]()
        target = type(module).__name__

        def begin(_module: nn.Module, _args: Any) -> None:
            item = (Mark.MODULE, path, target, None if lines is None else lines.current())
            opened.append(item)
            log.mark(*item)

        def end(_module: nn.Module, _args: Any, output: Any) -> None:
            log.mark(Mark.RETURN, opened.pop())
            log.mark(Mark.NAME, path, tensors_in(output))

        self._handles += [
            module.register_forward_pre_hook(begin),
            module.register_forward_hook(end),
        ]
