"""The recorder: one training iteration, watched from all sides, becomes a recording."""

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.engine.private_torch import hide_from_compiler, innermost_modes
from gradtape.engine.recorder.backward_watch import BackwardWatch
from gradtape.engine.recorder.call_mode import CallMode, ModuleCalls, SourceLines
from gradtape.engine.recorder.collection_pause import collection_paused
from gradtape.engine.recorder.iteration_numbers import IterationNumbers
from gradtape.engine.recorder.op_mode import OpMode
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.recording_log import Mark, RecordingLog
from gradtape.engine.recorder.rerun import Rerun
from gradtape.engine.recorder.short_path import Again, Differs
from gradtape.engine.recorder.structure_builder import (
    BuiltStructure,
    KnownStructures,
    build_structure,
)
from gradtape.engine.recorder.update_watch import UpdateWatch
from gradtape.engine.recorder.write_guard import WriteGuard, copy_in_place, find_living
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
        on_step: is given every optimizer that is about to step; to make that step the update,
            call `update.begin` and `update.end` around it.
        tensors: further tensors by name: `input`, `target`.
        parameters: further parameters by name.
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
        on_step: Callable[[Optimizer], None] | None = None,
        tensors: Mapping[str, Tensor] | None = None,
        parameters: Mapping[str, Tensor] | None = None,
        known: KnownStructures | None = None,
        expected: BuiltStructure | None = None,
        lines: SourceLines | None = None,
    ) -> None:
        self._model = nn.Module() if model is None else model
        self._loss = loss
        self._optimizer = optimizer
        self._tensors = dict(tensors or {})
        self._parameters = dict(parameters or {})
        self._known = known if known is not None else KnownStructures()
        self._expected = expected
        self._given: list[tuple[str, Role, Tensor]] = []
        self._again: Again | None = None
        self.log = RecordingLog()
        self._guard = WriteGuard(self.log)
        self._stack = ExitStack()
        # Off until the tape is closed: the log would be looked through in between.
        self._collection = ExitStack()
        self._ops = OpMode(self.log, self._guard, self._known.op_forms, on_step)
        self._backward = BackwardWatch(self.log)
        self._functions = self._backward.calls = CallMode(self.log, self._backward.run, lines)
        self._modules = ModuleCalls(self.log, lines)
        self.update = UpdateWatch(self.log)

    def __enter__(self) -> Self:
        if "torch._dynamo" in sys.modules:
            hide_from_compiler()
        self._register()
        if self._optimizer is not None:
            self.update.follow(self._optimizer)
            self._stack.callback(self.update.detach)
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
        self,
        *,
        iteration: int = 0,
        loss: Tensor | None = None,
        output: Tensor | None = None,
        variables: Mapping[str, Tensor] | None = None,
    ) -> Recording:
        """Close the tape after the block.

        Args:
            iteration: its number.
            loss: the scalar that the backward pass began with; by default the one it was seen to
                begin with.
            output: what the model returned.
            variables: names that a user's code has for tensors. Where there is such code, nobody
                knows what it keeps and writes to later: every value is copied.
        Raises:
            StructureDiffers: the structure is not the expected one.
        """
        with self._collection, torch.no_grad():
            loss = self._backward.loss if loss is None else loss
            built, numbers = self._built_and_numbers(loss, output, variables or {})
            if built is not self._expected:
                # What lives on will be written by the next iteration. Equal ops share it equally.
                built.living = find_living(numbers.values, self._living_tensors())
            # Set free before the collector is on again: it would look through all of it.
            self.log.clear()
            everything = range(len(numbers.values))
            copy_in_place(numbers.values, built.living if variables is None else everything)
            return Recording(built, numbers, iteration=iteration)

    def run_again(self) -> tuple[Tensor, Tensor] | None:
        """In the block, instead of the forward and the backward pass: run the expected ones.

        Returns:
            The loss and the output, or None if the expected structure cannot be run from its ops
            with these tensors. Gradients are left in the parameters' `.grad`.
        """
        rerun = None if self._expected is None else self._expected.rerun
        given = [tensor for _, _, tensor in self._given]
        if rerun is None or not rerun.takes(given):
            return None
        again = self._again = rerun.run(given)
        self.log.mark(Mark.RERUN, [again.objects[number] for number in again.exposed])
        return again.loss, again.output

    @property
    def is_innermost(self) -> bool:
        """Whether the block can be left now: no other mode has begun in it and is still on."""
        return innermost_modes() == (self._functions, self._ops)

    @property
    def has_ops(self) -> bool:
        """Whether anything ran in the block."""
        return len(self.log.items) > self.log.others

    def drop(self) -> None:
        """Instead of `finish`: let go of what was recorded."""
        self.log.clear()
        self._collection.close()

    def _built_and_numbers(
        self, loss: Tensor | None, output: Tensor | None, variables: Mapping[str, Tensor]
    ) -> tuple[BuiltStructure, IterationNumbers]:
        expected = self._expected
        if expected is None:
            built, numbers = build_structure(
                self.log, loss=loss, output=output, variables=variables
            )
            return self._known.keep(built), numbers
        path = expected.short_path
        try:
            if path is None:
                raise Differs
            numbers = path.follow(self.log, loss=loss, output=output, again=self._again)
        except Differs:
            raise StructureDiffers from None
        if self._again is None and expected.rerun is None:
            expected.rerun = Rerun.of(path, self.log)
        return expected, numbers

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
        states = [state for each in self.update.optimizers for state in each.state.values()]
        return [
            *self._tensors.values(),
            *parameters,
            *gradients,
            *self._model.buffers(),
            *(value for state in states for value in state.values() if isinstance(value, Tensor)),
        ]

    def _register(self) -> None:
        self._given = [
            *((name, ROLES.get(name, Role.INTERMEDIATE), t) for name, t in self._tensors.items()),
            *((name, Role.PARAMETER, tensor) for name, tensor in self._model.named_parameters()),
            *((name, Role.PARAMETER, tensor) for name, tensor in self._parameters.items()),
            *((name, Role.BUFFER, tensor) for name, tensor in self._model.named_buffers()),
        ]
        self.log.mark(
            Mark.REGISTER, [(name, role.value, tensor) for name, role, tensor in self._given]
        )
