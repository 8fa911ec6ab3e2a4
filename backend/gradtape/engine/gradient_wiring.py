"""Which gradient belongs to which tensor, worked out once the iteration is over."""

from bisect import bisect_right

from gradtape.engine.backward_watch import ACCUMULATE_GRAD
from gradtape.engine.private_torch import node_number
from gradtape.engine.recording_log import RecordingLog
from gradtape.engine.tensor_ledger import Entry
from gradtape.tape.structure import EventKind, Phase, Role


class GradientWiring:
    """Node ↔ op, gradient edge ↔ tensor, tensor ↔ its whole gradient.

    Attributes:
        op_of_node: by node id; None for AccumulateGrad and nodes made before the recording.
        node_of_op: by op id, forward ops only.
        tensor_of_edge: by edge id, the forward tensor whose gradient flows there.
        whole: tensor id → id of its whole gradient.
    """

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        self.op_of_node = [self._op_of(number) for number in range(len(log.nodes))]
        self.node_of_op = {op: node for node, op in enumerate(self.op_of_node) if op is not None}
        self.tensor_of_edge = [self._output(edge.target, edge.target_index) for edge in log.edges]
        self.whole: dict[int, int] = {}
        self._find_whole_gradients()

    def why_no_gradient(self, number: int) -> str | None:
        """In words, for a forward tensor without a gradient."""
        entry = self._log.ledger.entries[number]
        if number in self.whole or entry.phase is not Phase.FORWARD:
            return None
        if not entry.dtype.is_floating_point and not entry.dtype.is_complex:
            return f"its numbers are of type {str(entry.dtype).removeprefix('torch.')}"
        if not self.requires_grad(entry):
            return "it does not require a gradient"
        if not any(record.order is not None for record in self._log.nodes):
            return "no backward pass was run"
        return "the loss does not depend on it"

    def requires_grad(self, entry: Entry) -> bool:
        """Whether autograd follows it; a result does so through the node of its op."""
        if entry.op is None:
            return entry.requires_grad
        return entry.phase is Phase.FORWARD and entry.op in self.node_of_op

    def _op_of(self, number: int) -> int | None:
        record = self._log.nodes[number]
        if record.name == ACCUMULATE_GRAD:
            return None
        return self._log.op_of_number.get(node_number(record.node))

    def _output(self, node: int, index: int) -> int | None:
        """The forward tensor that is the node's output of this index; a leaf for AccumulateGrad."""
        log = self._log
        if log.nodes[node].name == ACCUMULATE_GRAD:
            return log.nodes[node].leaf
        op = self.op_of_node[node]
        results = () if op is None else log.ops[op].results
        return results[index] if index < len(results) else None

    def _find_whole_gradients(self) -> None:
        log = self._log
        arriving: dict[int, list[int]] = {}
        for edge, of in zip(log.edges, self.tensor_of_edge, strict=True):
            if edge.tensor is not None and of is not None:
                arriving.setdefault(of, []).append(edge.tensor)
                log.ledger.entries[edge.tensor].of = of
        self.whole.update(log.accumulated)
        for (node, index), tensor in log.arrived.items():
            of = self._output(node, index)
            if of is None or of in self.whole:
                continue
            parts = arriving.get(of, [])
            # What arrives along a single edge is the whole gradient.
            self.whole[of] = parts[0] if len(parts) == 1 else self._as_whole(tensor, of, node)
        for of, parts in arriving.items():
            if len(parts) == 1 and self.whole.get(of) == parts[0]:
                log.ledger.entries[parts[0]].edge = None

    def _as_whole(self, number: int, of: int, receiver: int) -> int:
        ledger = self._log.ledger
        if ledger.entries[number].role is Role.GRADIENT:
            entry = ledger.entries[number]
            root = number if entry.same_as is None else entry.same_as
            number = ledger.add_same(root, Role.GRADIENT, Phase.BACKWARD, op=entry.op)
            self._reveal(number, entry.op, receiver)
        entry = ledger.entries[number]
        entry.role, entry.of = Role.GRADIENT, of
        return number

    def _reveal(self, number: int, op: int | None, receiver: int) -> None:
        """Let a gradient be seen from the event of its op on; without one, when it is received."""
        events = self._log.events
        if op is not None:
            # Events stand in the order of their ops; of those that begin here, the last has ops.
            event = events[bisect_right(events, op, key=lambda event: event.first_op) - 1]
        else:
            backward = (event for event in events if event.kind is not EventKind.FORWARD_OP)
            event = next(event for event in backward if event.subject == receiver)
        event.reveals.append(number)
