"""The ticks of the tape: each closes over the ops since the last one."""

from bisect import bisect_right
from operator import itemgetter

from gradtape.engine.recorder.tensor_table import Row, TensorTable


class Ticks:
    """The events so far.

    Args:
        table: the tensors.
        ops: rows of all ops, which grow while the log is read.

    Attributes:
        rows: of the events.
    """

    def __init__(self, table: TensorTable, ops: list[Row]) -> None:
        self.rows: list[Row] = []
        self._table = table
        self._ops = ops
        # Results of ops that belong to a tick to come: of a node that has not fired its hook yet.
        self._unrevealed: list[int] = []

    def add(self, kind: str, subject: int, reveals: list[int]) -> Row:
        """Close a tick over the ops since the last one."""
        event = {
            "sequence": len(self.rows),
            "kind": kind,
            "subject": subject,
            "first_op": self.rows[-1]["end_op"] if self.rows else 0,
            "end_op": len(self._ops),
            "reveals": list(reveals),
        }
        self.rows.append(event)
        return event

    def add_op(self, kind: str, op: Row) -> None:
        """An op is a tick of its own."""
        self.add(kind, op["id"], self._made_by(op))

    def add_node(self, kind: str, node: int) -> Row:
        """A node has run: the tick of the ops that were put off."""
        event = self.add(kind, node, self._unrevealed)
        self._unrevealed = []
        return event

    def put_off(self, op: Row) -> None:
        """An op belongs to the next tick."""
        self._unrevealed += self._made_by(op)

    def extend(self, op: Row) -> None:
        """An op belongs to the last tick."""
        event = self.rows[-1]
        event["end_op"] = op["id"] + 1
        event["reveals"] += self._made_by(op)

    def take_in_rest(self) -> None:
        """Let the last tick end with the last op."""
        if self.rows:
            rest = self._ops[self.rows[-1]["end_op"] :]
            self.rows[-1]["reveals"] += [result for op in rest for result in self._made_by(op)]
            self.rows[-1]["end_op"] = len(self._ops)
        self._unrevealed = []

    def of_op(self, op: int) -> Row:
        """The tick in which an op ran."""
        # Events stand in the order of their ops; of those that begin here, the last has ops.
        return self.rows[bisect_right(self.rows, op, key=itemgetter("first_op")) - 1]

    def _made_by(self, row: Row) -> list[int]:
        """The results of an op that are new: some ops return their operand."""
        rows, op, results = self._table.rows, row["id"], row["results"]
        if len(results) == 1 and rows[results[0]]["op"] == op:
            return results
        return [result for result in results if rows[result]["op"] == op]
