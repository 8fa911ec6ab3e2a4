"""The whole gradient of each tensor: of what arrives along its edges, in however many passes."""

from operator import itemgetter

from gradtape.engine.recorder.log_reader import LogReader
from gradtape.engine.recorder.node_outputs import NodeOutputs
from gradtape.engine.recorder.tensor_table import Row
from gradtape.tape.structure import Role


class WholeGradients:
    """Tells which gradient is a tensor's whole one, and writes it into the rows.

    Of a leaf it is what AccumulateGrad made of it, or what torch.autograd.grad gave back; of any
    other tensor the sum of what the backward passes brought, as `retain_grad()` would have kept it.

    Args:
        reader: has read the log.
        outputs: which tensors a node's outputs are.
        edges: rows.
    """

    def __init__(self, reader: LogReader, outputs: NodeOutputs, edges: list[Row]) -> None:
        self._reader = reader
        self._rows = reader.table.rows
        self._outputs = outputs
        self._leaves = set(reader.backward.leaves.values())
        # Tensor → for each pass that reached it: when, the gradient, the tick in which it is seen.
        self._brought: dict[int, list[tuple[int, int, Row]]] = {}
        # (tensor, node) → the gradients that arrive there.
        self._parts: dict[tuple[int, int], list[int]] = {}
        self._take_parts(edges)
        self._take_arrived()
        self._take_returned()
        self._write({of: self._total(of) for of in self._brought} | self._take_accumulated())

    def _take_parts(self, edges: list[Row]) -> None:
        for edge in edges:
            if edge["tensor"] is not None and edge["of"] is not None:
                self._parts.setdefault((edge["of"], edge["target"]), []).append(edge["tensor"])
                self._rows[edge["tensor"]]["of"] = edge["of"]

    def _take_arrived(self) -> None:
        backward, output, brought = self._reader.backward, self._outputs.output, self._brought
        for place, ((node, index), tensor) in enumerate(backward.arrived.items()):
            of = output(node, index)
            if of is not None and node not in backward.accumulated:
                event = backward.node_events[node]
                gradient = self._whole_of(of, tensor, node, event)
                brought.setdefault(of, []).append((place, gradient, event))

    def _take_returned(self) -> None:
        for of, gradient, first, end, event in self._reader.backward.returned:
            known = self._brought.setdefault(of, [])
            # Where the node ran too, it has received what was given back.
            if not any(first <= place < end for place, _, _ in known):
                known.append((end, gradient, event))

    def _take_accumulated(self) -> dict[int, int]:
        """Leaf → its `.grad` after the last pass."""
        backward = self._reader.backward
        for node, gradient in backward.accumulated.items():
            self._rows[gradient]["of"] = backward.leaves[node]
        return backward.accumulated_by_leaf

    def _whole_of(self, of: int, arrived: int, node: int, event: Row) -> int:
        """What arrives along a single edge is the whole gradient, unless a hook has changed it."""
        roots, parts = self._reader.table.roots, self._parts.get((of, node), [])
        if len(parts) == 1 and roots[parts[0]] == roots[arrived]:
            return parts[0]
        row = self._rows[arrived]
        # A gradient that came from outside is seen from the tick on that uses it.
        if row["role"] == Role.GRADIENT.value or row["op"] is None:
            arrived = self._reader.table.add_gradient(arrived, row["op"])
            made_in = event if row["op"] is None else self._reader.ticks.of_op(row["op"])
            made_in["reveals"].append(arrived)
        self._rows[arrived] |= {"role": Role.GRADIENT.value, "of": of}
        return arrived

    def _total(self, of: int) -> int:
        """The sum of what the passes brought; of a leaf that was only asked for, the last."""
        brought = self._brought[of]
        if len(brought) == 1:
            return brought[0][1]
        brought.sort(key=itemgetter(0))
        gradients = [gradient for _, gradient, _ in brought]
        if of in self._leaves:
            return gradients[-1]
        total = self._reader.table.add_sum(gradients)
        if total is None:
            return gradients[-1]
        self._rows[total] |= {"role": Role.GRADIENT.value, "of": of}
        brought[-1][2]["reveals"].append(total)
        return total

    def _write(self, whole: dict[int, int]) -> None:
        for (of, _), parts in self._parts.items():
            if len(parts) == 1 and whole.get(of) == parts[0]:
                self._rows[parts[0]].pop("edge", None)
        for of, gradient in whole.items():
            self._rows[of]["gradient"] = gradient
