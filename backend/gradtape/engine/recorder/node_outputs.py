"""Which op made an autograd node, and which tensors are the node's outputs."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property

from gradtape.engine.private_torch import node_number
from gradtape.engine.recorder.log_reader import LogReader
from gradtape.engine.recorder.recording_log import NodeRecord, RecordingLog
from gradtape.engine.recorder.tensor_table import ALIAS

COPY_SLICES = "CopySlices"  # autograd's node for a write to a view; it stands for the whole base

REMADE_VIEW = "AsStridedBackward0"  # of a view that is used after its base was written


class NodeOutputs:
    """Node → op, and node → tensors.

    Attributes:
        op_of_node: by node; None where no op made it.
        found: (node, output index) → tensor, where that is not simply the result of its op.
    """

    def __init__(self, log: RecordingLog, reader: LogReader) -> None:
        self._log = log
        self._reader = reader
        self._table = reader.table
        self.op_of_node: list[int | None] = []
        self.found: dict[tuple[int, int], int] = {}
        for number, record in enumerate(log.nodes):
            self.op_of_node.append(self._find_op(number, record))
        self._mend_remade_views()
        self._find_aliases()
        self._find_unseen_outputs()
        self._find_written_leaves()

    def output(self, node: int, index: int) -> int | None:
        """The forward tensor that is the node's output of this index; a leaf for AccumulateGrad."""
        if node in self._reader.backward.leaves:
            return self._reader.backward.leaves[node]
        if (node, index) in self.found:
            return self.found[(node, index)]
        op = self.op_of_node[node]
        if self._log.nodes[node].name == COPY_SLICES:
            return None
        results = () if op is None else self._reader.ops[op]["results"]
        return results[index] if index < len(results) else None

    def _find_op(self, number: int, record: NodeRecord) -> int | None:
        if record.leaf is not None:
            return None
        made_by = node_number(record.node)
        if record.name == COPY_SLICES:
            # Made after its op, and what it stands for is not the view that the op returns.
            return self._match_outputs(number, record, self._last_write_at(made_by - 1))
        if record.is_function:
            return self._find_op_of_function(number, record)
        op = self._reader.op_of_number.get(made_by)
        if op is not None and record.name == ALIAS and self._reader.forms[op].name != "aten.alias":
            return None
        return op

    def _last_write_at(self, number: int) -> int | None:
        """The last op at this number that writes to an operand."""
        reader = self._reader
        ops = reversed(self._ops_at(number))
        return next((op for op in ops if reader.forms[op].written), None)

    def _ops_at(self, number: int) -> range:
        """The ops that ran while a node of this number was the newest."""
        numbers = self._reader.numbers
        return range(bisect_left(numbers, number), bisect_right(numbers, number))

    def _match_outputs(self, node: int, record: NodeRecord, op: int | None) -> int | None:
        """Note the values that came from a node, among what an op made; returns the op."""
        table = self._table
        made = (
            () if op is None else (*self._reader.ops[op]["results"], *table.rewritten.get(op, ()))
        )
        for result in made:
            if table.node_of(result) is record.node:
                self._note_output(node, result)
        return op

    def _note_output(self, node: int, tensor: int) -> None:
        value = self._table.values[tensor]
        index = 0 if value is None or tensor in self._table.overwritten else value.output_nr
        self.found[(node, index)] = tensor

    def _find_op_of_function(self, number: int, record: NodeRecord) -> int | None:
        """The op that made an output of a user's function: any that ran inside of it.

        They carry its number, but for those that follow where it has differentiated itself. Of a
        function that returns a view, nothing tells the output: then it is the first op.
        """
        made = self._made_by_functions.get(id(record.node), ())
        for tensor in made:
            self._note_output(number, tensor)
        ops = [self._table.rows[tensor]["op"] for tensor in made]
        inside = self._ops_at(node_number(record.node))
        return next((op for op in ops if op is not None), inside[0] if inside else None)

    @cached_property
    def _made_by_functions(self) -> dict[int, list[int]]:
        """id() of a function's node → the values that came from it."""
        functions = {id(record.node) for record in self._log.nodes if record.is_function}
        made: dict[int, list[int]] = defaultdict(list)
        for tensor in range(len(self._table.rows)):
            node = id(self._table.node_of(tensor))
            if node in functions:
                made[node].append(tensor)
        return made

    def _mend_remade_views(self) -> None:
        """Give an op to its own node, and not to that of a view made anew in between.

        A view whose base has been written gets another node when it is used next: after the node
        of the op that uses it, before the op is dispatched.
        """
        nodes, numbers = self._log.nodes, {}
        for number, record in enumerate(nodes):
            if record.leaf is None:
                numbers[node_number(record.node)] = number
        for made_by, number in numbers.items():
            view = numbers.get(made_by + 1)
            op = None if view is None else self.op_of_node[view]
            if self.op_of_node[number] is None and view is not None and op is not None:
                name = self._reader.ops[op]["name"]
                if _is_named_after(nodes[number], name) and not _is_named_after(nodes[view], name):
                    self.op_of_node[number], self.op_of_node[view] = op, None

    def _find_aliases(self) -> None:
        """What stands for a tensor that is seen as another class: a tensor of the same numbers."""
        for node, tensor in self._table.aliases:
            number = self._log.node_ids.get(id(node))
            if number is not None:
                self.found[(number, 0)] = tensor
        nodes = self._log.nodes
        aliases = [number for number, record in enumerate(nodes) if record.name == ALIAS]
        # In the order in which they were made: there are aliases of aliases.
        for number in sorted(aliases, key=lambda number: node_number(nodes[number].node)):
            if self.op_of_node[number] is None and (number, 0) not in self.found:
                edge = self._log.edges[nodes[number].edges[0]]
                shown = self.output(edge.target, edge.target_index)
                if shown is not None:
                    self.found[(number, 0)] = self._table.add_alias(shown)

    def _find_unseen_outputs(self) -> None:
        """What nodes stand for whose output is no op's result: an operand of the op that used it.

        So it is with a view that was made anew, and with a user's function that returns a view.
        """
        for edge in self._log.edges:
            target = self._log.nodes[edge.target]
            op = self.op_of_node[edge.source]
            place = (edge.target, edge.target_index)
            remade = target.name == REMADE_VIEW and self.op_of_node[edge.target] is None
            if op is None or place in self.found or not (remade or target.is_function):
                continue
            operands = self._reader.ops[op]["operands"]
            if edge.index < len(operands):
                operand = operands[edge.index]
                if self._table.rows[operand]["requires_grad"]:
                    self.found[place] = operand

    def _find_written_leaves(self) -> None:
        """Which of a leaf's values a gradient is of, where autograd did not see it written.

        All of it counts for the first value that was used: nothing that autograd knows lies
        between that one and the later ones.
        """
        log, leaves, history = self._log, self._reader.backward.leaves, self._table.history
        values = {
            node: [*history[id(log.nodes[node].leaf)], leaf]
            for node, leaf in leaves.items()
            if id(log.nodes[node].leaf) in history
        }
        if not values:
            return
        used: dict[int, set[int]] = defaultdict(set)
        for edge in log.edges:
            op = self.op_of_node[edge.source]
            if edge.target in values and op is not None:
                used[edge.target].update(self._reader.ops[op]["operands"])
        for node, candidates in values.items():
            leaves[node] = next((each for each in candidates if each in used[node]), leaves[node])


def _is_named_after(record: NodeRecord, op: str) -> bool:
    """Whether a node has its name from an op: MulBackward0 from aten.mul_."""
    name = record.name.rstrip("0123456789").removesuffix("Backward").lower()
    return name == op.rpartition(".")[2].replace("_", "")
