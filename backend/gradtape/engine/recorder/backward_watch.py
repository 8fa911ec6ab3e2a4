"""Watches backward passes: which nodes run, in the engine's order, and what flows where."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from gradtape.engine.private_torch import names_of_saved, node_number, put_before_hooks
from gradtape.engine.recorder.op_reading import tensors_in
from gradtape.engine.recorder.recording_log import EdgeRecord, Mark, NodeRecord, RecordingLog

ACCUMULATE_GRAD = "AccumulateGrad"


class BackwardWatch:
    """Puts a hook on every node that a backward pass can reach, and takes it off again."""

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        # What the latest backward pass started from.
        self.roots: list[Tensor] = []
        # Nodes with a hook on them now: a backward pass may run inside another.
        self._hooked: set[int] = set()
        # Watches function calls again while a user's function runs in the backward pass: it may
        # call anything, a backward pass of its own included.
        self.calls: TorchFunctionMode | None = None
        self._watching = 0

    @property
    def loss(self) -> Tensor | None:
        """The scalar that the latest backward pass started from, if it was one."""
        if len(self.roots) == 1 and self.roots[0].numel() == 1:
            return self.roots[0]
        return None

    def run(self, roots: list[Tensor], inputs: list[Tensor], backward: Callable[[], Any]) -> Any:
        """Run a backward pass, watched.

        Args:
            roots: the tensors that it starts from.
            inputs: whose gradients it returns; empty where it accumulates them.
            backward: the call itself.
        """
        log = self._log
        self.roots = roots
        first_new = self._discover([root.grad_fn for root in roots if root.grad_fn is not None])
        fresh = [number for number in range(len(log.nodes)) if number not in self._hooked]
        handles = [handle for number in fresh for handle in self._hook(number)]
        self._hooked.update(fresh)
        log.mark(Mark.BACKWARD, first_new, self._read_saved(first_new))
        returned: list[tuple[Tensor, Tensor]] = []
        watching = self._watching
        try:
            gradients = backward()
            if inputs:
                pairs = zip(inputs, gradients, strict=True)
                returned = [(tensor, each) for tensor, each in pairs if each is not None]
            return gradients
        finally:
            while self._watching > watching:  # a function has raised
                self._stop_watching_calls()
            log.mark(Mark.BACKWARD_DONE, returned)
            self._hooked.difference_update(fresh)
            for handle in handles:
                handle.remove()

    def _hook(self, number: int) -> list[RemovableHandle]:
        record, mark = self._log.nodes[number], self._log.mark
        if record.name == ACCUMULATE_GRAD:
            return [record.node.register_hook(partial(self._accumulated, number, record.leaf))]
        handles = []
        if record.is_function:
            handles += [
                record.node.register_prehook(self._watch_calls),
                record.node.register_hook(partial(self._function_ran, number)),
            ]
        else:
            handles.append(record.node.register_hook(partial(mark, Mark.NODE_RAN, number)))
        if self._log.nodes_shown:
            first = put_before_hooks(record.node, partial(mark, Mark.ARRIVED, number))
            handles += [] if first is None else [first]
        return handles

    def _watch_calls(self, _received: Any) -> None:
        if self.calls is not None:
            self._watching += 1
            self.calls.__enter__()

    def _stop_watching_calls(self) -> None:
        if self.calls is not None:
            self._watching -= 1
            self.calls.__exit__(None, None, None)

    def _function_ran(self, number: int, computed: Any, received: Any) -> None:
        self._stop_watching_calls()
        self._log.mark(Mark.NODE_RAN, number, computed, received)

    def _accumulated(self, number: int, leaf: Tensor, _computed: Any, received: Any) -> None:
        self._log.mark(Mark.ACCUMULATED, number, received, leaf.grad)

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
        number = self._log.node_ids.get(id(node))
        if number is None:
            number = self._log.node_ids[id(node)] = len(self._log.nodes)
            record = NodeRecord(node)
            if record.name == ACCUMULATE_GRAD:
                record.leaf = node.variable
            self._log.nodes.append(record)
        return number

    def _add_edge(self, source: int, index: int, target: int, target_index: int) -> None:
        self._log.nodes[source].edges.append(len(self._log.edges))
        self._log.edges.append(EdgeRecord(source, index, target, target_index))

    def _read_saved(self, first: int) -> list[list[Tensor]]:
        """What each node from this number on has saved."""
        self._log.paused = True  # reading it may run ops
        try:
            return [self._saved_by(record) for record in self._log.nodes[first:]]
        finally:
            self._log.paused = False

    def _saved_by(self, record: NodeRecord) -> list[Tensor]:
        if record.name == ACCUMULATE_GRAD or node_number(record.node) in self._log.sealed:
            return []
        names = ("saved_tensors",) if record.is_function else names_of_saved(type(record.node))
        try:
            return [each for name in names for each in tensors_in(getattr(record.node, name))]
        except RuntimeError:
            # Overwritten in place since, or already freed: the backward pass itself will say so.
            return []
