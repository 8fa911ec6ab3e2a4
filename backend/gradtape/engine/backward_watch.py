"""Watches backward passes: which nodes run, in the engine's order, and what flows where."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor
from torch.utils.hooks import RemovableHandle

from gradtape.engine.op_reading import tensors_in
from gradtape.engine.recording_log import EdgeRecord, EventRecord, NodeRecord, RecordingLog
from gradtape.tape.structure import EventKind, Phase, Role

ACCUMULATE_GRAD = "AccumulateGrad"


class BackwardWatch:
    """Puts a hook on every node that a backward pass can reach, and takes it off again."""

    def __init__(self, log: RecordingLog, node_ids: dict[int, int]) -> None:
        self._log = log
        # Valid because the log holds every node object: no id() is used again meanwhile.
        self._node_ids = node_ids
        self._order = 0

    def run(self, roots: list[Tensor], backward: Callable[[], Any]) -> Any:
        """Run a backward pass from these tensors, watched."""
        log = self._log
        first_new = self._discover([root.grad_fn for root in roots if root.grad_fn is not None])
        handles = [
            record.node.register_hook(partial(self._node_ran, number))
            for number, record in enumerate(log.nodes)
        ]
        log.paused = True  # reading what nodes saved runs ops of its own
        self._read_saved(first_new)
        log.paused = False
        outer, log.phase = log.phase, Phase.BACKWARD
        try:
            return backward()
        finally:
            log.phase = outer
            self._remove(handles)

    @staticmethod
    def _remove(handles: list[RemovableHandle]) -> None:
        for handle in handles:
            handle.remove()

    def _discover(self, roots: list[Any]) -> int:
        """Number all nodes reachable from the roots and their edges; returns the first new id."""
        nodes = self._log.nodes
        first_new = len(nodes)
        for root in roots:
            self._number_of(root)
        # Iterative: a 10,000-op graph is deeper than Python's stack.
        source = first_new
        while source < len(nodes):
            for index, (target, target_index) in enumerate(nodes[source].node.next_functions):
                if target is not None:
                    self._add_edge(source, index, self._number_of(target), target_index)
            source += 1
        return first_new

    def _number_of(self, node: Any) -> int:
        number = self._node_ids.get(id(node))
        if number is None:
            number = self._node_ids[id(node)] = len(self._log.nodes)
            record = NodeRecord(node)
            if record.name == ACCUMULATE_GRAD:
                record.leaf = self._log.ledger.find_or_add(node.variable, Phase.FORWARD)
            self._log.nodes.append(record)
        return number

    def _add_edge(self, source: int, index: int, target: int, target_index: int) -> None:
        self._log.nodes[source].edges.append(len(self._log.edges))
        self._log.edges.append(EdgeRecord(source, index, target, target_index))

    def _read_saved(self, first: int) -> None:
        names: dict[type, list[str]] = {}
        for record in self._log.nodes[first:]:
            kind = type(record.node)
            if kind not in names:
                names[kind] = [name for name in dir(kind) if name.startswith("_saved_")]
            found: list[int] = []
            for name in names[kind]:
                found += self._ids_of_saved(record.node, name)
            record.saved = tuple(found)

    def _ids_of_saved(self, node: Any, name: str) -> list[int]:
        try:
            saved = getattr(node, name)
        except RuntimeError:
            # Overwritten in place since, or already freed: the backward pass itself will say so.
            return []
        numbers = [self._log.ledger.find(tensor) for tensor in tensors_in(saved)]
        return [number for number in numbers if number is not None]

    def _node_ran(self, number: int, computed: Any, received: Any) -> None:
        # torch calls them grad_inputs and grad_outputs, after the forward op's inputs and outputs.
        log = self._log
        record = log.nodes[number]
        accumulates = record.name == ACCUMULATE_GRAD
        kind = EventKind.ACCUMULATE if accumulates else EventKind.BACKWARD_NODE
        event = log.add_event(kind, number)
        record.order = self._order
        self._order += 1
        for index, gradient in enumerate(received):
            if gradient is not None:
                arrived = log.ledger.find_or_add(gradient, Phase.BACKWARD)
                log.arrived[(number, index)] = arrived
        if accumulates:
            self._note_accumulated(number, event)
            return
        for edge in record.edges:
            gradient = computed[log.edges[edge].index]
            if gradient is not None:
                tensor = self._as_gradient(gradient, number, event)
                log.ledger.entries[tensor].edge = edge
                log.edges[edge].tensor = tensor

    def _note_accumulated(self, number: int, event: EventRecord) -> None:
        record = self._log.nodes[number]
        gradient = record.node.variable.grad
        if gradient is not None and record.leaf is not None:
            tensor = self._as_gradient(gradient, number, event)
            self._log.ledger.entries[tensor].of = record.leaf
            self._log.accumulated[record.leaf] = tensor

    def _as_gradient(self, gradient: Tensor, node: int, event: EventRecord) -> int:
        """The id of a gradient in its own right; a tensor passed on unchanged gets another id."""
        ledger = self._log.ledger
        number = ledger.find_or_add(gradient, Phase.BACKWARD)
        entry = ledger.entries[number]
        fresh = entry.role is Role.INTERMEDIATE and entry.phase is Phase.BACKWARD
        if not fresh:
            root = number if entry.same_as is None else entry.same_as
            number = ledger.add_same(root, Role.GRADIENT, Phase.BACKWARD, op=entry.op)
            entry = ledger.entries[number]
            event.reveals.append(number)
        entry.role = Role.GRADIENT
        entry.node = node
        return number
