"""Reads what backward passes did: which node ran when, and what flowed, arrived and was kept."""

from typing import Any, NamedTuple

from torch import Tensor

from gradtape.engine.recorder.backward_passes import BackwardPasses
from gradtape.engine.recorder.recording_log import NodeRecord, RecordingLog
from gradtape.engine.recorder.tensor_table import Row, TensorTable
from gradtape.engine.recorder.ticks import Ticks
from gradtape.tape.structure import EventKind, Phase, Role

# As texts: asking an enumeration for its value takes longer than most of what is done here.
BACKWARD = Phase.BACKWARD.value
BACKWARD_NODE, ACCUMULATE = EventKind.BACKWARD_NODE.value, EventKind.ACCUMULATE.value
INTERMEDIATE, GRADIENT = Role.INTERMEDIATE.value, Role.GRADIENT.value


class Returned(NamedTuple):
    """A gradient that torch.autograd.grad gave back.

    Attributes:
        of: the tensor that was asked for.
        gradient: the tensor that was given back.
        first: how many gradients had arrived somewhere before the pass.
        end: and when it was over.
        event: row of the last tick of the pass.
    """

    of: int
    gradient: int
    first: int
    end: int
    event: Row


class BackwardReader:
    """Goes through the backward passes of a log once.

    Args:
        log: is being read.
        table: the tensors.
        ticks: of the tape.
        registered: id() of a registered tensor → its name and role.

    Attributes:
        node_events: node → the row of the tick in which it ran.
        orders: node → its place in the engine's order.
        saved: node → ids of what it saved.
        leaves: node → id of the leaf that it accumulates for.
        edge_tensors: edge → the gradient that flowed along it.
        arrived: (node, output index) → the whole gradient that arrived there.
        accumulated: node → the .grad of its leaf after accumulation.
        returned: what torch.autograd.grad gave back.
    """

    def __init__(
        self,
        log: RecordingLog,
        table: TensorTable,
        ticks: Ticks,
        registered: dict[int, tuple[str, str]],
    ) -> None:
        self.node_events: dict[int, Row] = {}
        self.orders: dict[int, int] = {}
        self.saved: dict[int, tuple[int, ...]] = {}
        self.leaves: dict[int, int] = {}
        self.edge_tensors: dict[int, int] = {}
        self.arrived: dict[tuple[int, int], int] = {}
        self.accumulated: dict[int, int] = {}
        self.returned: list[Returned] = []
        self._log = log
        self._table = table
        self._ticks = ticks
        self._registered = registered
        self._passes = BackwardPasses(log)
        # For each pass under way: the phase around it, and how much had arrived before.
        self._around: list[tuple[str, int]] = []
        # Node → id of the leaf that it accumulates for in the backward pass under way.
        self._leaves_now: dict[int, int] = {}
        # Node → what arrived at it, where hooks before it may have changed that.
        self._as_it_arrived: dict[int, tuple[Any, ...]] = {}

    @property
    def accumulated_by_leaf(self) -> dict[int, int]:
        """Leaf → its `.grad` after the last pass that reached it."""
        return {self.leaves[node]: gradient for node, gradient in self.accumulated.items()}

    @property
    def any_ended(self) -> bool:
        """Whether any node has run in the innermost pass."""
        return self._passes.any_ended

    def running(self, node: Any) -> int | None:
        """The number of the node that an op ran for; None where the engine was summing."""
        number = None if node is None else self._log.node_ids.get(id(node))
        if number is None:
            return None
        run = self._passes.run_of(number)
        # Its hook has fired: the engine is summing what arrives at a tensor used twice.
        return None if self._passes.has_ended(run) else run

    def begin(self, first_new: int, saved: list[list[Tensor]], phase: str) -> None:
        """A backward pass begins.

        Args:
            first_new: number of the first node that has been met with this pass.
            saved: what each new node saved.
            phase: that the pass begins in.
        """
        find = self._table.find
        for node, tensors in enumerate(saved, first_new):
            numbers = [find(tensor) for tensor in tensors]
            self.saved[node] = tuple(number for number in numbers if number is not None)
        for node in range(first_new + len(saved)):
            record: NodeRecord = self._log.nodes[node]
            if record.leaf is not None:
                # A leaf may have been updated since the last pass: it has another value now.
                self._leaves_now[node] = self._find_leaf(record.leaf, phase)
                self.leaves.setdefault(node, self._leaves_now[node])
        self._around.append((phase, len(self.arrived)))
        self._passes.begin()

    def _find_leaf(self, leaf: Tensor, phase: str) -> int:
        """The value of a leaf that autograd follows; it has its name, also if it was written."""
        number = self._table.find_or_add(leaf, phase)
        row, registered = self._table.rows[number], self._registered.get(id(leaf))
        if row["name"] is None and registered is not None:
            row["name"] = registered[0]
            if row["role"] == INTERMEDIATE:
                row |= {"role": registered[1], "requires_grad": True, "is_leaf": True}
        return number

    def end(self, returned: list[tuple[Tensor, Tensor]]) -> str:
        """The innermost backward pass ends; returns the phase that goes on.

        Args:
            returned: what torch.autograd.grad was asked for, with the gradients it gave back.
        """
        event, (phase, first) = self._ticks.rows[-1], self._around.pop()
        for tensor, gradient in returned:
            of = self._table.find_or_add(tensor, phase)
            number = self._as_gradient(gradient, None, event)
            self._table.rows[number]["of"] = of
            self.returned.append(Returned(of, number, first, len(self.arrived), event))
        self._passes.end()
        return phase

    def take_arrived(self, node: int, gradients: tuple[Any, ...]) -> None:
        """What arrived at a node, before hooks that may change it."""
        self._as_it_arrived[node] = gradients

    def take_node(self, node: int, computed: tuple[Any, ...], received: tuple[Any, ...]) -> None:
        """A node has run."""
        # torch calls them grad_inputs and grad_outputs, after the forward op's inputs and outputs.
        received = self._as_it_arrived.pop(node, received)
        node = self._passes.run_of(node)
        event = self._begin_node_event(BACKWARD_NODE, node, received)
        for edge in self._log.nodes[node].edges:
            gradient = computed[self._log.edges[edge].index]
            if gradient is not None:
                tensor = self._as_gradient(gradient, node, event)
                self._table.rows[tensor]["edge"] = edge
                self.edge_tensors[edge] = tensor

    def take_accumulated(
        self, node: int, received: tuple[Any, ...], gradient: Tensor | None
    ) -> None:
        """A leaf's node has run, and left it this `.grad`."""
        leaf, node = self._leaves_now[node], self._passes.run_of(node)
        self.leaves[node] = leaf
        event = self._begin_node_event(ACCUMULATE, node, received)
        if gradient is not None:
            tensor = self._as_gradient(gradient, node, event)
            self.accumulated[node] = tensor

    def _begin_node_event(self, kind: str, node: int, received: tuple[Any, ...]) -> Row:
        self.orders[node] = self._passes.note_end(node)
        event = self.node_events[node] = self._ticks.add_node(kind, node)
        for index, gradient in enumerate(received):
            if gradient is not None:
                self.arrived[(node, index)] = self._meet(gradient, event)
        return event

    def _meet(self, gradient: Tensor, event: Row) -> int:
        """The id of a gradient; one that no op has made is seen from this event on."""
        known = len(self._table.rows)
        number = self._table.find_or_add(gradient, BACKWARD)
        if number == known:
            event["reveals"].append(number)
        return number

    def _as_gradient(self, gradient: Tensor, node: int | None, event: Row) -> int:
        """The id of a gradient in its own right; a tensor passed on unchanged gets another id."""
        table = self._table
        number = self._meet(gradient, event)
        row = table.rows[number]
        if row["role"] != INTERMEDIATE or row["phase"] is not BACKWARD:
            number = table.add_gradient(number, row["op"], node)
            event["reveals"].append(number)
        else:
            row["role"], row["node"] = GRADIENT, node
        return number

    def finish(self) -> None:
        """The log has been read."""
        for number, record in enumerate(self._log.nodes):
            if record.leaf is not None and number not in self.leaves:  # reached, but never run
                self.leaves[number] = self.leaves[self._log.node_ids[id(record.node)]]
