"""The recorder: one training iteration, watched from all sides, becomes a recording."""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from torch import Tensor, nn
from torch.optim import Optimizer

from gradtape.engine.backward_watch import BackwardWatch
from gradtape.engine.call_mode import CallMode, ModuleCalls
from gradtape.engine.collection_pause import collection_paused
from gradtape.engine.op_mode import OpMode
from gradtape.engine.recording import Recording
from gradtape.engine.recording_log import RecordingLog
from gradtape.engine.structure_builder import KnownStructures, build_structure
from gradtape.engine.update_watch import UpdateWatch
from gradtape.tape.structure import Phase, Role


class Recorder:
    """Records what runs in its `with` block, in this thread only.

    Recording changes nothing: modes and hooks watch, and are taken off again at the end of the
    block, also when it raises.

    Args:
        model: its parameters, buffers and modules get their names from it.
        loss: a module whose result is the loss.
        optimizer: its step becomes the update.
        tensors: further tensors by name: `input`, `target`.
        known: structures of earlier recordings; one that repeats is not built again.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        loss: nn.Module | None = None,
        optimizer: Optimizer | None = None,
        tensors: Mapping[str, Tensor] | None = None,
        known: KnownStructures | None = None,
    ) -> None:
        self._model = model
        self._loss = loss
        self._optimizer = optimizer
        self._tensors = dict(tensors or {})
        self._known = known if known is not None else KnownStructures()
        self._log = RecordingLog()
        self._stack = ExitStack()
        self._register(self._tensors)
        node_ids: dict[int, int] = {}
        self._ops = OpMode(self._log, node_ids, self._known.op_forms)
        self._functions = CallMode(self._log, BackwardWatch(self._log, node_ids).run)
        self._modules = ModuleCalls(self._log)
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        self._update = None if optimizer is None else UpdateWatch(self._log, optimizer, names)

    def __enter__(self) -> Self:
        self._modules.attach(self._model.named_modules())
        self._stack.callback(self._modules.detach)
        if self._loss is not None:
            self._modules.attach(iter([("loss", self._loss)]))
        if self._update is not None:
            self._update.attach()
            self._stack.callback(self._update.detach)
        self._stack.enter_context(collection_paused())
        self._stack.enter_context(self._functions)
        self._stack.enter_context(self._ops)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def finish(
        self, *, iteration: int = 0, loss: Tensor | None = None, output: Tensor | None = None
    ) -> Recording:
        """Close the tape after the block.

        Args:
            iteration: its number.
            loss: the scalar that the backward pass began with.
            output: what the model returned.
        """
        with collection_paused():
            return self._close(iteration, loss, output)

    def _close(self, iteration: int, loss: Tensor | None, output: Tensor | None) -> Recording:
        ledger = self._log.ledger
        # What lives on will be written by the next iteration, or by the user.
        ledger.preserve(self._living_tensors(), len(self._log.ops))
        loss_id = None if loss is None else ledger.find(loss)
        output_id = None if output is None else ledger.find(output)
        structure = build_structure(self._log, self._known, loss=loss_id, output=output_id)
        return Recording(structure, ledger, iteration=iteration)

    def _living_tensors(self) -> list[Tensor]:
        parameters = list(self._model.parameters())
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        states = self._optimizer.state.values() if self._optimizer is not None else ()
        return [
            *self._tensors.values(),
            *parameters,
            *gradients,
            *self._model.buffers(),
            *(value for state in states for value in state.values() if isinstance(value, Tensor)),
        ]

    def _register(self, tensors: Mapping[str, Tensor]) -> None:
        for name, tensor in tensors.items():
            role = {"input": Role.INPUT, "target": Role.TARGET}.get(name, Role.INTERMEDIATE)
            self._name(name, tensor, role)
        for name, parameter in self._model.named_parameters():
            self._name(name, parameter, Role.PARAMETER)
        for name, buffer in self._model.named_buffers():
            self._name(name, buffer, Role.BUFFER)

    def _name(self, name: str, tensor: Tensor, role: Role) -> None:
        number = self._log.ledger.add(tensor, role, Phase.FORWARD)
        entry = self._log.ledger.entries[number]
        entry.name = name
        entry.requires_grad, entry.is_leaf = tensor.requires_grad, tensor.is_leaf
