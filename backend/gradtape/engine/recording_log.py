"""The raw log of one iteration: cheap records while it runs, plain data only afterwards."""

from typing import Any, NamedTuple

from pydantic import JsonValue

from gradtape.engine.tensor_ledger import TensorLedger
from gradtape.tape.structure import EventKind, Phase


class OpRecord(NamedTuple):
    """One op as it ran."""

    phase: Phase
    name: str
    call: int | None
    # Forward: the number of the newest autograd node. Backward: the id of the running node.
    node: int | None
    operands: tuple[int, ...]
    constants: dict[str, JsonValue]
    results: tuple[int, ...]
    bookkeeping: bool


class CallRecord:
    """One call; its end is known only when it returns."""

    __slots__ = ("end_op", "first_op", "kind", "name", "parent", "path", "phase", "target")

    def __init__(
        self,
        parent: int | None,
        kind: str,
        name: str,
        path: str | None,
        target: str,
        phase: Phase,
        first_op: int,
    ) -> None:
        self.parent = parent
        self.kind = kind
        self.name = name
        self.path = path
        self.target = target
        self.phase = phase
        self.first_op = first_op
        self.end_op = first_op


class NodeRecord:
    """One autograd node that a backward pass can reach."""

    __slots__ = ("edges", "leaf", "name", "node", "order", "saved")

    def __init__(self, node: Any) -> None:
        self.node = node
        self.name: str = node.name().removeprefix("torch::autograd::")
        self.edges: list[int] = []
        # AccumulateGrad only: the id of the leaf tensor whose gradient ends here.
        self.leaf: int | None = None
        self.saved: tuple[int, ...] = ()
        self.order: int | None = None


class EdgeRecord:
    """One gradient edge and, once its source has run, what flowed along it."""

    __slots__ = ("index", "source", "target", "target_index", "tensor")

    def __init__(self, source: int, index: int, target: int, target_index: int) -> None:
        self.source = source
        self.index = index
        self.target = target
        self.target_index = target_index
        self.tensor: int | None = None


class EventRecord:
    """One tick; ops that follow from it may still be added."""

    __slots__ = ("end_op", "first_op", "kind", "reveals", "subject")

    def __init__(self, kind: EventKind, subject: int, first_op: int, end_op: int) -> None:
        self.kind = kind
        self.subject = subject
        self.first_op = first_op
        self.end_op = end_op
        self.reveals: list[int] = []


class RecordingLog:
    """Everything that the parts of the recorder write down, in the order of appearance."""

    def __init__(self) -> None:
        self.ledger = TensorLedger()
        self.ops: list[OpRecord] = []
        self.calls: list[CallRecord] = []
        self.open_calls: list[int] = []
        self.nodes: list[NodeRecord] = []
        self.edges: list[EdgeRecord] = []
        self.events: list[EventRecord] = []
        self.phase = Phase.FORWARD
        # While set, ops run unseen.
        self.paused = False
        # The whole gradient that arrived at an output of a node: (node id, output index) → tensor.
        self.arrived: dict[tuple[int, int], int] = {}
        # The .grad of a leaf after accumulation: leaf's tensor id → tensor.
        self.accumulated: dict[int, int] = {}
        # Forward: number of the newest autograd node → the op that made it.
        self.op_of_number: dict[int, int] = {}

    @property
    def current_call(self) -> int | None:
        """The innermost call that is open."""
        return self.open_calls[-1] if self.open_calls else None

    def begin_call(self, kind: str, name: str, target: str, path: str | None = None) -> int:
        """Open a call inside the one that is open."""
        self.calls.append(
            CallRecord(self.current_call, kind, name, path, target, self.phase, len(self.ops))
        )
        self.open_calls.append(len(self.calls) - 1)
        return len(self.calls) - 1

    def end_call(self, number: int) -> None:
        """Close a call; a function call in which nothing ran leaves no trace."""
        # An exception may have left inner calls open.
        while self.open_calls and self.open_calls.pop() != number:
            pass
        call = self.calls[number]
        call.end_op = len(self.ops)
        is_last = number == len(self.calls) - 1
        if is_last and call.kind == "function" and call.end_op == call.first_op:
            self.calls.pop()

    def add_event(self, kind: EventKind, subject: int) -> EventRecord:
        """Close a tick over the ops since the last one."""
        first = self.events[-1].end_op if self.events else 0
        event = EventRecord(kind, subject, first, len(self.ops))
        self.events.append(event)
        return event
