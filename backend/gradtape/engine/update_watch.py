"""Watches the optimizer's step: one tick for each parameter that it updates."""

from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from gradtape.engine.recording_log import RecordingLog
from gradtape.tape.structure import EventKind, Phase, Role


class UpdateWatch:
    """Follows one optimizer.

    The optimizer works through its parameters one by one. Each op belongs to the parameter whose
    value, gradient or state it works on; results belong to the parameter of their operands.
    """

    def __init__(self, log: RecordingLog, optimizer: Optimizer, names: dict[int, str]) -> None:
        self._log = log
        self._optimizer = optimizer
        self._names = names
        self._handles: list[RemovableHandle] = []
        # Each parameter and its id before the step; and which of them a recorded value belongs to.
        self._before: list[tuple[Tensor, int]] = []
        self._owner: dict[int, int] = {}
        self._call: int | None = None
        self._first_op = 0

    def attach(self) -> None:
        """Be told when the step begins and ends."""
        self._handles = [
            self._optimizer.register_step_pre_hook(self._begin),
            self._optimizer.register_step_post_hook(self._end),
        ]

    def detach(self) -> None:
        """Leave the optimizer as it was."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _parameters(self) -> list[Tensor]:
        return [p for group in self._optimizer.param_groups for p in group["params"]]

    def _begin(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        log = self._log
        log.phase = Phase.UPDATE
        self._call = log.begin_call("function", "step", f"{type(optimizer).__name__}.step")
        self._first_op = len(log.ops)
        for parameter in self._parameters():
            self._claim(optimizer, parameter)

    def _claim(self, optimizer: Optimizer, parameter: Tensor) -> None:
        ledger = self._log.ledger
        owner = ledger.find_or_add(parameter, Phase.UPDATE)
        self._before.append((parameter, owner))
        self._owner[owner] = owner
        if parameter.grad is not None:
            self._owner[ledger.find_or_add(parameter.grad, Phase.UPDATE)] = owner
        # Sorted: a state that was restored may list its parts in another order.
        for key, value in sorted(optimizer.state.get(parameter, {}).items()):
            if isinstance(value, Tensor) and ledger.knows(value) is None:
                number = ledger.add(value, Role.BUFFER, Phase.UPDATE)
                ledger.entries[number].name = f"{self._names.get(id(parameter), 'parameter')}.{key}"
                self._owner[number] = owner

    def _end(self, _optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        log = self._log
        if self._call is not None:
            log.end_call(self._call)
        self._add_events()
        log.phase = Phase.FORWARD

    def _add_events(self) -> None:
        """Cut the step's ops into one tick per parameter."""
        ends = self._ends_by_parameter()
        for parameter, before in self._before:
            after = self._log.ledger.knows(parameter)
            if after is None or after == before:
                continue
            event = self._log.add_event(EventKind.UPDATE, before)
            event.end_op = max(event.first_op, ends.get(before, event.first_op))
            entry = self._log.ledger.entries[after]
            entry.role, entry.of = Role.UPDATED, before
        if self._log.events:
            self._log.events[-1].end_op = len(self._log.ops)

    def _ends_by_parameter(self) -> dict[int, int]:
        """Parameter's id → one past the last op that worked on it."""
        owner, ends = self._owner, dict[int, int]()
        current: int | None = None
        for op in range(self._first_op, len(self._log.ops)):
            record = self._log.ops[op]
            owners = [owner[operand] for operand in record.operands if operand in owner]
            current = owners[0] if owners else current
            if current is not None:
                owner.update(dict.fromkeys(record.results, current))
                ends[current] = op + 1
        return ends
