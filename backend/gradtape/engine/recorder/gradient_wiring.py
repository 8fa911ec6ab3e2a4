"""The autograd graph as rows: nodes with their ops, gradient edges with their tensors."""

from gradtape.engine.recorder.log_reader import LogReader
from gradtape.engine.recorder.node_outputs import NodeOutputs
from gradtape.engine.recorder.recording_log import NodeRecord, RecordingLog
from gradtape.engine.recorder.tensor_table import Row
from gradtape.engine.recorder.unseen_tensors import reveal_unseen
from gradtape.engine.recorder.whole_gradients import WholeGradients


class GradientWiring:
    """Node ↔ op, gradient edge ↔ tensor, tensor ↔ its whole gradient; writes them into the rows.

    Attributes:
        nodes: rows.
        edges: rows.
        outputs: which tensors the nodes' outputs are.
    """

    def __init__(self, log: RecordingLog, reader: LogReader) -> None:
        self._log = log
        self._reader = reader
        self._rows = reader.table.rows
        self.outputs = NodeOutputs(log, reader)
        self.nodes = [self._node_row(number, record) for number, record in enumerate(log.nodes)]
        self._tell_ops_their_nodes()
        self.edges = self._edge_rows()
        WholeGradients(reader, self.outputs, self.edges)
        reveal_unseen(reader)

    def _node_row(self, number: int, record: NodeRecord) -> Row:
        return {
            "id": number,
            "name": record.name,
            "op": self.outputs.op_of_node[number],
            "edges": record.edges,
            "saved": self._reader.backward.saved.get(number, ()),
            "order": self._reader.backward.orders.get(number),
        }

    def _tell_ops_their_nodes(self) -> None:
        for node, op in enumerate(self.outputs.op_of_node):
            if op is not None:
                row = self._reader.ops[op]
                # Of a node that runs twice, the first run.
                if row["phase"] == "forward" and row["node"] is None:
                    row["node"] = node
                for result in row["results"]:
                    self._mark_followed(self._rows[result])
        for result in self.outputs.found.values():
            self._mark_followed(self._rows[result])

    @staticmethod
    def _mark_followed(row: Row) -> None:
        row["requires_grad"], row["is_leaf"] = True, False

    def _edge_rows(self) -> list[Row]:
        flowed = self._reader.backward.edge_tensors
        return [
            {
                "id": number,
                "source": edge.source,
                "index": edge.index,
                "target": edge.target,
                "target_index": edge.target_index,
                "tensor": flowed.get(number),
                "of": self.outputs.output(edge.target, edge.target_index),
            }
            for number, edge in enumerate(self._log.edges)
        ]
