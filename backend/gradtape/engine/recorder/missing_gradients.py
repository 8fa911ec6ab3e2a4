"""Why a tensor has no gradient, in words: worked out from the recorded ops."""

from itertools import pairwise

from gradtape.engine.recorder.log_reader import FORWARD, LogReader
from gradtape.engine.recorder.tensor_table import Row

REAL_OR_COMPLEX = ("float", "bfloat", "complex")  # how the names of such dtypes begin


def explain_missing_gradients(
    reader: LogReader, reached: set[int], under_no_grad: set[int]
) -> None:
    """Write the reason into the row of every forward tensor without a gradient.

    Args:
        reader: has read the log; its rows know their gradients already.
        reached: ops whose autograd node a backward pass could reach.
        under_no_grad: ops that ran while autograd was off.
    """
    explainer = _Explainer(reader, reached, under_no_grad)
    for row in reader.table.rows:
        if row["phase"] is FORWARD and "gradient" not in row:
            row["why_no_gradient"] = explainer.explain(row)


class _Explainer:
    def __init__(self, reader: LogReader, reached: set[int], under_no_grad: set[int]) -> None:
        self._reader = reader
        self._reached = reached
        self._under_no_grad = under_no_grad
        self._rows = reader.table.rows
        # Tensor → why autograd does not follow it, for results of ops; inherited by what is
        # computed from it.
        self._cut: dict[int, str] = {}
        # Ops that made an autograd node, reached or not.
        self._followed: set[int] = set()
        self._find_cuts()
        self._written_unseen = self._find_written_unseen()

    def explain(self, row: Row) -> str:
        """The reason for one tensor."""
        if not row["dtype"].startswith(REAL_OR_COMPLEX):
            return f"its numbers are of type {row['dtype']}"
        if not row["requires_grad"]:
            return self._cut.get(row["id"], "it does not require a gradient")
        if row["id"] in self._written_unseen:
            by = f"it was written, unseen by autograd, at op {row['op']}"
            return f"{by}: an earlier value has its gradient"
        if row["id"] in self._reader.table.overwritten and row["is_leaf"]:
            op = self._reader.table.overwritten[row["id"]]
            return f"it was overwritten in place, at op {op}, before it was used"
        if not self._reader.backward.orders:
            return "no backward pass was run"
        if row["op"] in self._reached:
            return "no gradient flowed to it"
        return "the loss does not depend on it"

    def _find_cuts(self) -> None:
        for op in self._reader.ops:
            if op["phase"] is not FORWARD:
                continue
            if op["node"] is not None or op["id"] in self._reader.makers:
                self._followed.add(op["id"])
            else:
                self._cut_results(op)

    def _find_written_unseen(self) -> set[int]:
        """What followed tensors became when something wrote to them that autograd did not see."""
        table = self._reader.table
        return {
            after
            for known, values in table.history.items()
            for before, after in pairwise([*values, table.by_object.get(known, values[-1])])
            if self._rows[before]["requires_grad"] and self._rows[after]["op"] not in self._followed
        }

    def _cut_results(self, op: Row) -> None:
        reason = self._reason_of_cut(op)
        if reason is not None:
            self._cut.update(dict.fromkeys(op["results"], reason))

    def _reason_of_cut(self, op: Row) -> str | None:
        if any(self._rows[operand]["requires_grad"] for operand in op["operands"]):
            if op["name"] == "aten.detach":
                return f"it was detached at op {op['id']}"
            if op["id"] in self._under_no_grad:
                return f"it was made under no_grad, at op {op['id']}"
            return f"op {op['id']}, {op['name'].rpartition('.')[2]}, has no derivative"
        inherited = (self._cut.get(operand) for operand in op["operands"])
        return next((reason for reason in inherited if reason is not None), None)
