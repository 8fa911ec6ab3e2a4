"""The calls of an iteration, one inside the other, as rows of the structure."""

from typing import Any

from gradtape.engine.private_torch import node_number
from gradtape.engine.recorder.call_mode import call_target
from gradtape.engine.recorder.recording_log import Item, Mark, RecordingLog
from gradtape.engine.recorder.tensor_table import Row
from gradtape.tape.structure import Phase

DETACHING_CALLS = frozenset({"detach", "detach_"})
STEP_CALL: Item = (Mark.STEP,)  # stands for the optimizer's step among the open calls


class CallTree:
    """Grows while the log is read.

    Args:
        log: its nodes tell which autograd.Functions the user wrote.

    Attributes:
        rows: the calls, in the order in which they began.
    """

    def __init__(self, log: RecordingLog) -> None:
        self.rows: list[Row] = []
        # Open calls, the innermost last: their numbers, and the items that began them.
        self._open: list[tuple[int, Item]] = []
        # Numbers of the nodes whose class the user wrote → that class; and the one being run.
        self._functions = {
            node_number(record.node): record.name.removesuffix("Backward")
            for record in log.nodes
            if record.is_function
        }
        self._open_function: Item | None = None
        self._applied_in: dict[int, Item | None] = {}  # number → the module it was first met in

    @property
    def current(self) -> int | None:
        """The innermost call that is open."""
        return self._open[-1][0] if self._open else None

    @property
    def _module(self) -> Item | None:
        """The innermost module that is open."""
        return next((item for _, item in reversed(self._open) if item[0] is Mark.MODULE), None)

    @property
    def is_detaching(self) -> bool:
        """Whether the user asked for a detached tensor."""
        return bool(self._open) and self.rows[self._open[-1][0]]["name"] in DETACHING_CALLS

    def begin_function(self, func: Any, line: int | None, phase: str, op: int) -> None:
        """A torch function is called; `op` is the next op to run."""
        item = (Mark.CALL, func, line)
        self._begin(item, "function", func.__name__, None, call_target(func), line, phase, op)

    def begin_module(self, path: str, target: str, line: int | None, phase: str, op: int) -> None:
        """A module is called."""
        item = (Mark.MODULE, path, target, line)
        name = path.rpartition(".")[2]
        self._begin(item, "module", name, path, target, line, phase, op)

    def begin_step(self, optimizer: str, op: int) -> None:
        """An optimizer steps."""
        target, phase = f"{optimizer}.step", Phase.UPDATE.value
        self._begin(STEP_CALL, "function", "step", None, target, None, phase, op)

    def end(self, begun: Item, op: int) -> None:
        """The call that this item began is over."""
        # An exception may have left inner calls open.
        while self._open:
            number, item = self._open.pop()
            self.rows[number]["end_op"] = op
            if item is self._open_function:
                self._open_function = None
            if item == begun:
                break
        last = self.rows[-1]
        if last["kind"] == "function" and last["first_op"] == op:
            self.rows.pop()  # nothing ran in it: it leaves no trace

    def follow_function(self, number: int, op: int) -> None:
        """Group the ops of a user's autograd.Function: those of its forward carry its number."""
        if not self._functions:
            return
        if self._open_function is not None and self._open_function[2] == number:
            return
        self.close_function(op)
        name = self._functions.get(number)
        # In the next module, what needs no node of its own still carries the number.
        if name is not None and self._applied_in.setdefault(number, self._module) is self._module:
            self._open_function = (Mark.CALL, name, number)
            self._begin(
                self._open_function,
                "function",
                name,
                None,
                f"{name}.apply",
                None,
                Phase.FORWARD.value,
                op,
            )

    def close_function(self, op: int) -> None:
        """The user's function that is open, if one is, is over."""
        if self._open_function is not None:
            self.end(self._open_function, op)

    def _begin(
        self,
        item: Item,
        kind: str,
        name: str,
        path: str | None,
        target: str,
        line: int | None,
        phase: str,
        op: int,
    ) -> None:
        number = len(self.rows)
        self.rows.append(
            {
                "id": number,
                "parent": self.current,
                "kind": kind,
                "name": name,
                "path": path,
                "target": target,
                "phase": phase,
                "first_op": op,
                "end_op": op,
                "source_line": line,
            }
        )
        self._open.append((number, item))
