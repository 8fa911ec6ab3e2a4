"""The raw log of one iteration: one tuple for each thing that happened, in order.

Writing it is all that runs beside the iteration, so it is as cheap as Python allows: what a tuple
means is worked out afterwards (log_reader.py). Everything in it is kept alive, so that neither an
id() nor memory is used again while the log lives.
"""

from enum import Enum
from typing import Any

from gradtape.engine.private_torch import next_node_number, node_name


class Mark(Enum):
    """The first entry of an item that is no op; in brackets, what follows it.

    An op's item begins with its form: (form, arguments, keyword arguments, result, number of the
    next autograd node, node that runs, copies of what it overwrote).
    """

    REGISTER = "tensors that are there already ([(name, role, tensor)])"
    CALL = "a function begins (function, line in the user's file)"
    MODULE = "a module begins (path, class, line in the user's file)"
    RETURN = "a call ends (the item that began it)"
    NAME = "a module's result gets its name (path, tensors)"
    BACKWARD = "a backward pass begins (first new node, what each new node saved)"
    BACKWARD_DONE = "the backward pass ends ([(tensor, the gradient given back for it)])"
    ARRIVED = "gradients arrive at a node, before its own hooks see them (node, gradients)"
    NODE_RAN = "a node has run (node, what it computed, what it received)"
    ACCUMULATED = "a leaf's gradient has been added to (node, what it received, the gradient)"
    RERUN = "a known forward and backward pass ran unseen ([tensors that may be written to])"
    STEP = "the optimizer begins (its class, [(parameter, gradient, [(key, state)])])"
    STEP_DONE = "the step ends ()"

    __hash__ = object.__hash__  # an enumeration's own hash runs Python code, for every item


Item = tuple[Any, ...]


class NodeRecord:
    """One autograd node that a backward pass can reach; `leaf` for AccumulateGrad only."""

    __slots__ = ("edges", "is_function", "leaf", "name", "node")

    def __init__(self, node: Any) -> None:
        self.node = node
        self.name = node_name(node)
        self.edges: list[int] = []
        self.leaf: Any = None
        # A class that the user derived from autograd.Function.
        self.is_function = hasattr(type(node), "saved_tensors")


class EdgeRecord:
    """One gradient edge."""

    __slots__ = ("index", "source", "target", "target_index")

    def __init__(self, source: int, index: int, target: int, target_index: int) -> None:
        self.source = source
        self.index = index
        self.target = target
        self.target_index = target_index


class RecordingLog:
    """What the parts of the recorder write down.

    Attributes:
        items: what happened.
        write: appends an item.
        nodes: the autograd nodes that a backward pass could reach, numbered.
        edges: the gradient edges between them, numbered.
        node_ids: id() of a node object → its number.
        sealed: numbers of autograd nodes that saved through hooks; what they saved is not read.
        first_number: of the first autograd node that is made while this log is written.
        under_no_grad: numbers of ops, counted from 0, that ran outside of backward passes while
            autograd was off.
        others: how many items are no ops.
        nodes_shown: the user's code has asked for a node, and may have put hooks before nodes.
        paused: while set, ops run unseen.
        updating: the optimizer is at work.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.write = self.items.append
        self.nodes: list[NodeRecord] = []
        self.edges: list[EdgeRecord] = []
        self.node_ids: dict[int, int] = {}
        self.sealed: set[int] = set()
        self.under_no_grad: set[int] = set()
        self.first_number = next_node_number()
        self.others = 0
        self.nodes_shown = False
        self.paused = False
        self.updating = False

    def mark(self, *item: Any) -> None:
        """Append an item that is no op."""
        self.others += 1
        self.write(item)

    def clear(self) -> None:
        """Let go of everything."""
        self.items.clear()
        self.nodes.clear()
        self.edges.clear()
