"""Cuts the ops of an optimizer's step into one tick for each parameter that it updates."""

from collections.abc import Callable

from torch import Tensor

from gradtape.engine.recorder.tensor_table import Row, TensorTable
from gradtape.tape.structure import EventKind, Phase, Role

WorkedOn = tuple[Tensor, Tensor | None, list[tuple[str, Tensor]]]
"""A parameter, its gradient, and its state by key."""


class UpdateTicks:
    """The step under way.

    The optimizer works through its parameters one by one. Each op belongs to the parameter whose
    value, gradient or state it works on; results belong to the parameter of their operands.

    Args:
        table: the tensors.
        ops: rows of all ops, which grow while the log is read.
        add_event: closes a tick.
    """

    def __init__(
        self,
        table: TensorTable,
        ops: list[Row],
        add_event: Callable[[str, int, list[int]], Row],
    ) -> None:
        self._table = table
        self._ops = ops
        self._add_event = add_event
        # Each parameter and its id before the step; and which of them a recorded value belongs to.
        self._before: list[tuple[Tensor, int]] = []
        self._owner: dict[int, int] = {}
        self._first_op = 0

    def begin(self, worked_on: list[WorkedOn]) -> None:
        """Claim what belongs to each parameter."""
        self._before, self._owner = [], {}
        self._first_op = len(self._ops)
        for parameter, gradient, state in worked_on:
            self._claim(parameter, gradient, state)

    def _claim(
        self, parameter: Tensor, gradient: Tensor | None, state: list[tuple[str, Tensor]]
    ) -> None:
        table, phase = self._table, Phase.UPDATE.value
        owner = table.find_or_add(parameter, phase)
        self._before.append((parameter, owner))
        self._owner[owner] = owner
        if gradient is not None:
            self._owner[table.find_or_add(gradient, phase)] = owner
        for key, value in state:
            if id(value) not in table.by_object:
                number = table.add_outside(value, phase)
                name = table.rows[owner]["name"] or "parameter"
                table.rows[number] |= {"role": Role.BUFFER.value, "name": f"{name}.{key}"}
                self._owner[number] = owner

    def end(self) -> None:
        """Add a tick for each parameter that has a new value."""
        ends = self._ends_by_parameter()
        for parameter, before in self._before:
            after = self._table.by_object.get(id(parameter))
            if after is None or after == before:
                continue
            event = self._add_event(EventKind.UPDATE.value, before, [])
            event["end_op"] = max(event["first_op"], ends.get(before, event["first_op"]))
            ran = self._ops[event["first_op"] : event["end_op"]]
            event["reveals"] = [result for op in ran for result in op["results"]]
            self._table.rows[after] |= {"role": Role.UPDATED.value, "of": before}

    def _ends_by_parameter(self) -> dict[int, int]:
        """Parameter's id → one past the last op that worked on it."""
        owner, ends = self._owner, dict[int, int]()
        current: int | None = None
        for op in self._ops[self._first_op :]:
            owners = [owner[operand] for operand in op["operands"] if operand in owner]
            current = owners[0] if owners else current
            if current is not None:
                owner.update(dict.fromkeys(op["results"], current))
                ends[current] = op["id"] + 1
        return ends
