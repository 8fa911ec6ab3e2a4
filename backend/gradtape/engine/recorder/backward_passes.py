"""Tells the runs of autograd nodes apart, when several backward passes go through the same graph.

A structure has one order and one gradient per edge for a node. A node that runs again, in a later
backward pass, is told as another node, with edges of its own.
"""

from gradtape.engine.recorder.recording_log import EdgeRecord, NodeRecord, RecordingLog


class BackwardPasses:
    """The backward passes of one iteration; one may run inside another.

    Args:
        log: has been written; nodes and edges of later runs are added to it.
    """

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        # For each pass under way: node → its number in this pass.
        self._runs: list[dict[int, int]] = []
        self._ended: list[set[int]] = []
        # Nodes that have run, or were reached, in whatever pass.
        self._used: set[int] = set()
        self._count = 0

    def begin(self) -> None:
        """A pass begins."""
        self._runs.append({})
        self._ended.append(set())

    def end(self) -> None:
        """The innermost pass ends; its gradient edges lead to the runs of this pass."""
        runs = self._runs.pop()
        self._ended.pop()
        reached: set[int] = set()
        for run in list(runs.values()):
            for edge in self._log.nodes[run].edges:
                record = self._log.edges[edge]
                reached.add(record.target)
                record.target = self._run_in(runs, record.target)
        self._used.update(reached)

    def _run_in(self, runs: dict[int, int], node: int) -> int:
        """The number of a node that was reached in a pass, and that may not have run."""
        if node not in runs:
            runs[node] = self._add_run(node) if node in self._used else node
        return runs[node]

    def run_of(self, node: int) -> int:
        """The number that stands for a node in this pass: its own in the first one."""
        run = self._run_in(self._runs[-1], node)
        self._used.add(node)
        return run

    def note_end(self, run: int) -> int:
        """A node has run; returns its place in the engine's order."""
        self._ended[-1].add(run)
        self._count += 1
        return self._count - 1

    def has_ended(self, run: int) -> bool:
        """Whether a node has run in this pass."""
        return run in self._ended[-1]

    @property
    def any_ended(self) -> bool:
        """Whether any node has run in this pass."""
        return bool(self._ended and self._ended[-1])

    def _add_run(self, node: int) -> int:
        log, first = self._log, self._log.nodes[node]
        run = len(log.nodes)
        again = NodeRecord(first.node)
        again.leaf = first.leaf
        log.nodes.append(again)
        for edge in first.edges:
            known = log.edges[edge]
            again.edges.append(len(log.edges))
            log.edges.append(EdgeRecord(run, known.index, known.target, known.target_index))
        return run
