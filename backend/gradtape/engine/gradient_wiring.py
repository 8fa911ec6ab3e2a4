"""Which gradient belongs to which tensor, worked out once the iteration is over."""

from typing import Any

from gradtape.engine.log_reader import LogReader
from gradtape.engine.private_torch import node_number
from gradtape.engine.recording_log import NodeRecord, RecordingLog
from gradtape.engine.tensor_table import Row
from gradtape.tape.structure import Role


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
        self.nodes = [self._node_row(number, record) for number, record in enumerate(log.nodes)]
        self._tell_ops_their_nodes()
        self.edges = self._edge_rows()
        self.whole: dict[int, int] = dict(reader.accumulated)
        self._find_whole_gradients()

    def _find_op(self, number: int, record: NodeRecord) -> int | None:
        if record.leaf is not None:
            return None
        if record.is_function:
            return self._find_op_of_function(number, record)
        return self._reader.op_of_number.get(node_number(record.node))

    def _find_op_of_function(self, number: int, record: NodeRecord) -> int | None:
        """The op that made the output of a user's function; all ops of its forward are tried."""
        reader, made_by = self._reader, node_number(record.node)
        first = reader.op_of_number.get(made_by)
        found = op = first
        while op is not None and op < len(reader.ops) and reader.numbers[op] == made_by:
            for result in reader.ops[op]["results"]:
                value = reader.table.values[result]
                if value is not None and value.grad_fn is record.node:
                    self._outputs[(number, value.output_nr)] = result
                    found = op
            op += 1
        return found

    def _output(self, node: int, index: int) -> int | None:
        """The forward tensor that is the node's output of this index; a leaf for AccumulateGrad."""
        if node in self._reader.leaves:
            return self._reader.leaves[node]
        if (node, index) in self._outputs:
            return self._outputs[(node, index)]
        op = self._op_of_node[node]
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
                if row["phase"] == "forward":
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
        arriving: dict[int, list[int]] = {}
        for edge in self.edges:
            if edge["tensor"] is not None and edge["of"] is not None:
                arriving.setdefault(edge["of"], []).append(edge["tensor"])
                self._rows[edge["tensor"]]["of"] = edge["of"]
        for (node, index), tensor in self._reader.arrived.items():
            of = self._output(node, index)
            if of is not None and of not in self.whole:
                self.whole[of] = self._whole_of(of, tensor, arriving.get(of, []), node)
        for of, parts in arriving.items():
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
        if row["role"] == Role.GRADIENT.value:
            number = self._reader.table.add_gradient(number, row["op"])
            self._reader.reveal(number, row["op"], receiver)
        self._rows[number] |= {"role": Role.GRADIENT.value, "of": of}
        return number
