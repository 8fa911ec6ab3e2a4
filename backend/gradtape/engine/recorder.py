"""The recorder: one training iteration, watched from all sides, becomes a recording."""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.engine.backward_watch import BackwardWatch
from gradtape.engine.call_mode import CallMode, ModuleCalls, SourceLines
from gradtape.engine.collection_pause import collection_paused
from gradtape.engine.op_mode import OpMode
from gradtape.engine.recording import Recording
from gradtape.engine.recording_log import Mark, RecordingLog
from gradtape.engine.short_path import Differs
from gradtape.engine.structure_builder import BuiltStructure, KnownStructures, build_structure
from gradtape.engine.update_watch import UpdateWatch
from gradtape.engine.write_guard import WriteGuard, copy_living
from gradtape.tape.structure import Role

ROLES = {"input": Role.INPUT, "target": Role.TARGET}


class StructureDiffers(Exception):
    """An iteration that was expected to run as an earlier one did has not; record it in full."""


class Recorder:
    """Records what runs in its `with` block, in this thread only.

    Recording changes nothing: modes and hooks watch, and are taken off again at the end of the
    block, also when it raises. After a block that did not raise, `finish` has to be called: until
    then Python's cyclic garbage collector is off.

    Args:
        model: its parameters, buffers and modules get their names from it.
        loss: a module whose result is the loss.
        optimizer: its step becomes the update.
        tensors: further tensors by name: `input`, `target`.
        known: structures of earlier recordings; one that repeats is kept once.
        expected: only ops are watched, and the iteration is taken for one of this structure;
            `finish` raises StructureDiffers if it is not.
        lines: of the file in which the block stands.
    """

    def __init__(
        self,
        model: nn.Module | None = None,
        *,
        loss: nn.Module | None = None,
        optimizer: Optimizer | None = None,
        tensors: Mapping[str, Tensor] | None = None,
        known: KnownStructures | None = None,
        expected: BuiltStructure | None = None,
        lines: SourceLines | None = None,
    ) -> None:
        self._model = nn.Module() if model is None else model
        self._loss = loss
        self._optimizer = optimizer
        self._tensors = dict(tensors or {})
        self._known = known if known is not None else KnownStructures()
        self._expected = expected
        self.log = RecordingLog()
        self._guard = WriteGuard(self.log)
        self._stack = ExitStack()
        # Off until the tape is closed: the log would be looked through in between.
        self._collection = ExitStack()
        self._ops = OpMode(self.log, self._guard, self._known.op_forms)
        backward = BackwardWatch(self.log)
        self._functions = backward.calls = CallMode(self.log, backward.run, lines)
        self._modules = ModuleCalls(self.log, lines)
        self._update = None if optimizer is None else UpdateWatch(self.log, optimizer)

    def __enter__(self) -> Self:
        self._register()
        if self._update is not None:
            self._update.attach()
            self._stack.callback(self._update.detach)
        self._collection.enter_context(collection_paused())
        if self._expected is None:
            self._watch_calls()
        self._stack.enter_context(self._ops)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if error is not None:
            self._collection.close()

    def finish(
        self, *, iteration: int = 0, loss: Tensor | None = None, output: Tensor | None = None
    ) -> Recording:
        """Close the tape after the block.

        Args:
            iteration: its number.
            loss: the scalar that the backward pass began with.
            output: what the model returned.
        Raises:
            StructureDiffers: the structure is not the expected one.
        """
        with self._collection, torch.no_grad():
            built, values = self._built_and_values(loss, output)
            # What lives on will be written by the next iteration, or by the user.
            copy_living(values, self._living_tensors())
            # Set free before the collector is on again: it would look through all of it.
            self.log.clear()
            return Recording(built, values, iteration=iteration)

    def _built_and_values(
        self, loss: Tensor | None, output: Tensor | None
    ) -> tuple[BuiltStructure, list[Tensor | None]]:
        expected = self._expected
        if expected is None:
            built, values = build_structure(self.log, loss=loss, output=output)
            return self._known.keep(built), values
        try:
            if expected.short_path is None:
                raise Differs
            return expected, expected.short_path.follow(self.log, loss=loss, output=output)
        except Differs:
            raise StructureDiffers from None

    def _watch_calls(self) -> None:
        self._modules.attach(self._model.named_modules())
        self._stack.callback(self._modules.detach)
        if self._loss is not None:
            self._modules.attach(iter([("loss", self._loss)]))
        self._stack.enter_context(self._functions)

    def _living_tensors(self) -> list[Tensor]:
        leaves = (record.leaf for record in self.log.nodes if record.leaf is not None)
        parameters = [*self._model.parameters(), *leaves]
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        states = self._optimizer.state.values() if self._optimizer is not None else ()
        return [
            *self._tensors.values(),
            *parameters,
            *gradients,
            *self._model.buffers(),
            *(value for state in states for value in state.values() if isinstance(value, Tensor)),
        ]

    def _register(self) -> None:
        given = [
            *((name, ROLES.get(name, Role.INTERMEDIATE), t) for name, t in self._tensors.items()),
            *((name, Role.PARAMETER, tensor) for name, tensor in self._model.named_parameters()),
            *((name, Role.BUFFER, tensor) for name, tensor in self._model.named_buffers()),
        ]
        self.log.mark(Mark.REGISTER, [(name, role.value, tensor) for name, role, tensor in given])
