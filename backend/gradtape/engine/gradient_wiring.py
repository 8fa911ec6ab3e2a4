"""Which gradient belongs to which tensor, worked out once the iteration is over."""

from bisect import bisect_left, bisect_right
from typing import Any

from gradtape.engine.log_reader import LogReader
from gradtape.engine.private_torch import node_number
from gradtape.engine.recording_log import NodeRecord, RecordingLog
from gradtape.engine.tensor_table import Row
from gradtape.tape.structure import Role

COPY_SLICES = "CopySlices"  # autograd's node for a write to a view; it stands for the whole base

REMADE_VIEW = "AsStridedBackward0"  # of a view that is used after its base was written


class GradientWiring:
    """Node ↔ op, gradient edge ↔ tensor, tensor ↔ its whole gradient; writes them into the rows.

    Attributes:
        nodes: rows.
        edges: rows.
        whole: tensor id → id of its whole gradient.
    """

    def __init__(self, log: RecordingLog, reader: LogReader) -> None:
        self._log = log
        self._reader = reader
        self._rows = reader.table.rows
        self._op_of_node: list[int | None] = []
        # Outputs of the functions that users wrote, where they are not simply their op's results.
        self._outputs: dict[tuple[int, int], int] = {}
        for number, record in enumerate(log.nodes):
            self._op_of_node.append(self._find_op(number, record))
        self._mend_remade_views()
        self._find_unseen_outputs()
        self.nodes = [self._node_row(number, record) for number, record in enumerate(log.nodes)]
        self._tell_ops_their_nodes()
        self.edges = self._edge_rows()
        self.whole: dict[int, int] = {**reader.returned, **reader.accumulated}
        self._find_whole_gradients()

    def _find_op(self, number: int, record: NodeRecord) -> int | None:
        if record.leaf is not None:
            return None
        made_by = node_number(record.node)
        if record.name == COPY_SLICES:
            # Made after its op, and what it stands for is not the view that the op returns.
            return self._match_outputs(number, record, self._last_write_at(made_by - 1))
        if not record.is_function:
            return self._reader.op_of_number.get(made_by)
        # All ops of a user's function carry its number; its outputs may come from any.
        first = bisect_left(self._reader.numbers, made_by)
        end = bisect_right(self._reader.numbers, made_by)
        found = [self._match_outputs(number, record, op) for op in range(first, end)]
        with_output = (op for op in range(first, end) if self._has_output(number, op))
        return next(with_output, found[0] if found else None)

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
            op = None if view is None else self._op_of_node[view]
            if self._op_of_node[number] is None and view is not None and op is not None:
                name = self._reader.ops[op]["name"]
                if _is_named_after(nodes[number], name) and not _is_named_after(nodes[view], name):
                    self._op_of_node[number], self._op_of_node[view] = op, None

    def _find_unseen_outputs(self) -> None:
        """What nodes stand for whose output is no op's result: an operand of the op that used it.

        So it is with a view that was made anew, and with a user's function that returns a view, or
        a value that it has differentiated itself.
        """
        for edge in self._log.edges:
            target = self._log.nodes[edge.target]
            op = self._op_of_node[edge.source]
            place = (edge.target, edge.target_index)
            remade = target.name == REMADE_VIEW and self._op_of_node[edge.target] is None
            if op is None or place in self._outputs or not (remade or target.is_function):
                continue
            operands = self._reader.ops[op]["operands"]
            if edge.index < len(operands) and self._rows[operands[edge.index]]["requires_grad"]:
                self._outputs[place] = operands[edge.index]

    def _last_write_at(self, number: int) -> int | None:
        """The last op at this number that writes to an operand."""
        reader = self._reader
        first = bisect_left(reader.numbers, number)
        end = bisect_right(reader.numbers, number)
        return next((op for op in range(end - 1, first - 1, -1) if reader.forms[op].written), None)

    def _match_outputs(self, node: int, record: NodeRecord, op: int | None) -> int | None:
        """Note the values that came from a node, among what an op made; returns the op."""
        table = self._reader.table
        made = (
            () if op is None else (*self._reader.ops[op]["results"], *table.rewritten.get(op, ()))
        )
        for result in made:
            if table.node_of(result) is record.node:
                value = table.values[result]
                index = 0 if value is None or result in table.overwritten else value.output_nr
                self._outputs[(node, index)] = result
        return op

    def _has_output(self, node: int, op: int) -> bool:
        results = self._reader.ops[op]["results"]
        return any(made in results for (of, _), made in self._outputs.items() if of == node)

    def _output(self, node: int, index: int) -> int | None:
        """The forward tensor that is the node's output of this index; a leaf for AccumulateGrad."""
        if node in self._reader.leaves:
            return self._reader.leaves[node]
        if (node, index) in self._outputs:
            return self._outputs[(node, index)]
        op = self._op_of_node[node]
        if self._log.nodes[node].name == COPY_SLICES:
            return None
        results = () if op is None else self._reader.ops[op]["results"]
        return results[index] if index < len(results) else None

    def _node_row(self, number: int, record: NodeRecord) -> Row:
        return {
            "id": number,
            "name": record.name,
            "op": self._op_of_node[number],
            "edges": record.edges,
            "saved": self._reader.saved.get(number, ()),
            "order": self._reader.orders.get(number),
        }

    def _tell_ops_their_nodes(self) -> None:
        for node, op in enumerate(self._op_of_node):
            if op is not None:
                row = self._reader.ops[op]
                # Of a node that runs twice, the first run.
                if row["phase"] == "forward" and row["node"] is None:
                    row["node"] = node
                for result in row["results"]:
                    self._mark_followed(self._rows[result])
        for result in self._outputs.values():
            self._mark_followed(self._rows[result])

    @staticmethod
    def _mark_followed(row: Row) -> None:
        row["requires_grad"], row["is_leaf"] = True, False

    def _edge_rows(self) -> list[Row]:
        flowed = self._reader.edge_tensors
        return [
            {
                "id": number,
                "source": edge.source,
                "index": edge.index,
                "target": edge.target,
                "target_index": edge.target_index,
                "tensor": flowed.get(number),
                "of": self._output(edge.target, edge.target_index),
            }
            for number, edge in enumerate(self._log.edges)
        ]

    def _find_whole_gradients(self) -> None:
        arriving: dict[tuple[int, int], list[int]] = {}
        for edge in self.edges:
            if edge["tensor"] is not None and edge["of"] is not None:
                arriving.setdefault((edge["of"], edge["target"]), []).append(edge["tensor"])
                self._rows[edge["tensor"]]["of"] = edge["of"]
        for (node, index), tensor in self._reader.arrived.items():
            of = self._output(node, index)
            if of is not None and of not in self._reader.accumulated:
                # Of several backward passes, the last one's.
                parts = arriving.get((of, node), [])
                self.whole[of] = self._whole_of(of, tensor, parts, node)
        for (of, _), parts in arriving.items():
            if len(parts) == 1 and self.whole.get(of) == parts[0]:
                self._rows[parts[0]].pop("edge", None)
        for of, gradient in self.whole.items():
            self._rows[of]["gradient"] = gradient

    def _whole_of(self, of: int, arrived: int, parts: list[int], receiver: int) -> int:
        """What arrives along a single edge is the whole gradient, unless a hook has changed it."""
        roots = self._reader.table.roots
        if len(parts) == 1 and roots[parts[0]] == roots[arrived]:
            return parts[0]
        return self._as_whole(arrived, of, receiver)

    def _as_whole(self, number: int, of: int, receiver: int) -> int:
        row: dict[str, Any] = self._rows[number]
        # A gradient that came from outside is seen from the event on that uses it.
        if row["role"] == Role.GRADIENT.value or row["op"] is None:
            number = self._reader.table.add_gradient(number, row["op"])
            self._reader.reveal(number, row["op"], receiver)
        self._rows[number] |= {"role": Role.GRADIENT.value, "of": of}
        return number


def _is_named_after(record: NodeRecord, op: str) -> bool:
    """Whether a node has its name from an op: MulBackward0 from aten.mul_."""
    name = record.name.rstrip("0123456789").removesuffix("Backward").lower()
    return name == op.rpartition(".")[2].replace("_", "")
