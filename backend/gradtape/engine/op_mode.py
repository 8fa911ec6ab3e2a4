"""Watches dispatched ops: forward, backward and update alike."""

from typing import Any

from torch import Tensor

from gradtape.engine.op_reading import OpForm, OpForms, read_arguments, tensors_in
from gradtape.engine.private_torch import DispatchMode, next_node_number, running_node
from gradtape.engine.recording_log import OpRecord, RecordingLog
from gradtape.engine.tensor_ledger import UNINITIALISED
from gradtape.errors import LimitExceeded
from gradtape.limits import MAX_OPS_PER_ITERATION
from gradtape.tape.structure import EventKind, Phase, Role

DETACHING_CALLS = frozenset({"detach", "detach_"})


class OpMode(DispatchMode):
    """Writes every op of this thread to the log.

    Args:
        log: what is written to.
        node_ids: id() of a live node object → node id; filled when a backward pass begins.
        forms: of the ops met so far.
    """

    def __init__(self, log: RecordingLog, node_ids: dict[int, int], forms: OpForms) -> None:
        super().__init__()
        self._log = log
        self._node_ids = node_ids
        self._forms = forms

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        # The profiler's markers travel as ops, but compute nothing.
        if self._log.paused or func.namespace == "profiler":
            return func(*args, **kwargs)
        form = self._forms.of(func)
        operands, constants, written = read_arguments(form, args, kwargs)
        log = self._log
        find_or_add = log.ledger.find_or_add
        operand_ids = tuple([find_or_add(operand, log.phase) for operand in operands])
        if written:
            log.ledger.preserve(written, len(log.ops))
        result = func(*args, **kwargs)
        self._write_down(form, operand_ids, constants, tensors_in(result), written)
        return result

    def _write_down(
        self,
        form: OpForm,
        operands: tuple[int, ...],
        constants: dict[str, Any],
        results: list[Tensor],
        written: list[Tensor],
    ) -> None:
        log = self._log
        op = len(log.ops)
        if op >= MAX_OPS_PER_ITERATION:
            raise LimitExceeded(
                f"this iteration runs more than {MAX_OPS_PER_ITERATION} ops",
                limit="MAX_OPS_PER_ITERATION",
                asked=op + 1,
                allowed=MAX_OPS_PER_ITERATION,
            )
        node, summed_by_engine = self._node_of_op(op)
        bookkeeping = form.name == "aten.detach" and not self._is_detach_call()
        if bookkeeping:
            ids = [self._add_detached(operands[0], results[0], op)]
        else:
            ids = [self._add_result(result, op, form.name) for result in results]
            if written:
                ids += self._add_unreturned(written, results, op)
        log.ops.append(
            OpRecord(
                log.phase,
                form.name,
                log.current_call,
                node,
                operands,
                constants,
                tuple(ids),
                bookkeeping,
            )
        )
        self._advance_events(op, bookkeeping, summed_by_engine)

    def _node_of_op(self, op: int) -> tuple[int | None, bool]:
        """The number or id of the op's node, and whether the engine ran it between two nodes."""
        log = self._log
        if log.phase is Phase.FORWARD:
            # The node of this op was numbered just before the op was dispatched. Ops that follow at
            # the same number are not differentiable, so the first one owns it.
            number = next_node_number() - 1
            log.op_of_number.setdefault(number, op)
            return number, False
        node = running_node()
        number = None if node is None else self._node_ids.get(id(node))
        if number is not None and log.nodes[number].order is not None:
            # Its hook has fired, so the engine is summing what arrives at a tensor used twice.
            return None, True
        return number, False

    def _is_detach_call(self) -> bool:
        call = self._log.current_call
        return call is not None and self._log.calls[call].name in DETACHING_CALLS

    def _add_detached(self, operand: int, result: Tensor, op: int) -> int:
        return self._log.ledger.add_same(
            operand, Role.INTERMEDIATE, self._log.phase, op=op, seen_as=result
        )

    def _add_result(self, result: Tensor, op: int, name: str) -> int:
        ledger = self._log.ledger
        number = ledger.knows(result)
        if number is not None:
            return number
        number = ledger.add(result, Role.INTERMEDIATE, self._log.phase, op=op)
        if name in UNINITIALISED:
            ledger.entries[number].uninitialised = True
        return number

    def _add_unreturned(self, written: list[Tensor], results: list[Tensor], op: int) -> list[int]:
        """Results that an op wrote but did not return."""
        returned = {id(result) for result in results}
        return [
            self._log.ledger.add(tensor, Role.INTERMEDIATE, self._log.phase, op=op)
            for tensor in written
            if id(tensor) not in returned
        ]

    def _advance_events(self, op: int, bookkeeping: bool, summed_by_engine: bool) -> None:
        log = self._log
        if log.phase is Phase.FORWARD:
            if bookkeeping and log.events:
                log.events[-1].end_op = op + 1
            else:
                log.add_event(EventKind.FORWARD_OP, op)
        elif summed_by_engine:
            log.events[-1].end_op = op + 1
