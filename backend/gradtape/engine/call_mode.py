"""Watches Python-level calls: functions through a mode, modules through their forward hooks."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils.hooks import RemovableHandle

from gradtape.engine.op_reading import tensors_in
from gradtape.engine.recording_log import RecordingLog
from gradtape.tape.structure import Phase

PROPERTY_ACCESS = frozenset({"__get__", "__set__"})

BACKWARD_CALLS: dict[Any, str] = {
    Tensor.backward: "self",
    torch.autograd.backward: "tensors",
    torch.autograd.grad: "outputs",
}
"""The calls that start a backward pass, and the name of the argument that it starts from."""


@lru_cache(maxsize=4_096)
def call_target(func: Any) -> str:
    """The public name of a torch function, `torch.nn.functional.linear`."""
    return resolve_name(func) or getattr(func, "__qualname__", repr(func))


class CallMode(TorchFunctionMode):
    """Writes function calls to the log, and announces backward passes.

    Args:
        log: what is written to.
        run_backward: is given the tensors that a backward pass starts from and the call itself.
    """

    def __init__(
        self,
        log: RecordingLog,
        run_backward: Callable[[list[Tensor], Callable[[], Any]], Any],
    ) -> None:
        super().__init__()
        self._log = log
        self._run_backward = run_backward

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in BACKWARD_CALLS:
            roots = args[0] if args else kwargs[BACKWARD_CALLS[func]]
            return self._run_backward(tensors_in(roots), lambda: func(*args, **kwargs))
        name = func.__name__
        # The optimizer's step is one call; the many small ones inside explain nothing.
        if name in PROPERTY_ACCESS or self._log.phase is Phase.UPDATE:
            return func(*args, **kwargs)
        number = self._log.begin_call("function", name, call_target(func))
        try:
            return func(*args, **kwargs)
        finally:
            self._log.end_call(number)


class ModuleCalls:
    """Writes the calls of a model's modules to the log while it is attached."""

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
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
        log = self._log
        name, target = path.rpartition(".")[2], type(module).__name__
        opened: list[int] = []

        def begin(_module: nn.Module, _args: Any) -> None:
            opened.append(log.begin_call("module", name, target, path))

        def end(_module: nn.Module, _args: Any, output: Any) -> None:
            log.end_call(opened.pop())
            for tensor in tensors_in(output):
                number = log.ledger.find(tensor)
                if number is not None and log.ledger.entries[number].name is None:
                    log.ledger.entries[number].name = path

        self._handles += [
            module.register_forward_pre_hook(begin),
            module.register_forward_hook(end),
        ]
