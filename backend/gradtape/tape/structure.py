"""The structure of a tape: what ran and how it is wired, without the numbers.

Two iterations with the same control flow share one structure. Every id is an index into the list
that holds the record, given in the order of appearance.
"""

from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from gradtape.tape.numbers import Plain


class Phase(StrEnum):
    """Which part of an iteration something belongs to."""

    FORWARD = "forward"
    BACKWARD = "backward"
    UPDATE = "update"


class Role(StrEnum):
    """What a tensor is in the iteration."""

    INPUT = "input"
    TARGET = "target"
    PARAMETER = "parameter"
    BUFFER = "buffer"
    INTERMEDIATE = "intermediate"
    GRADIENT = "gradient"
    UPDATED = "updated"


class EventKind(StrEnum):
    """What happened in one tick of the tape."""

    FORWARD_OP = "forward_op"
    BACKWARD_NODE = "backward_node"
    ACCUMULATE = "accumulate"
    UPDATE = "update"


class Call(Plain):
    """A Python-level call that groups ops: a module or a function."""

    id: int
    parent: int | None = Field(description="The call that this one was made in.")
    kind: Literal["module", "function"]
    name: str = Field(description="As the user says it: `fc1`, `relu`.")
    path: str | None = Field(description="The module's path in the model, `encoder.layers.0`.")
    target: str = Field(description="The class or function: `Linear`, `torch.relu`.")
    phase: Phase
    first_op: int
    end_op: int = Field(
        description="One past the last op that ran inside; equal to first_op if none."
    )
    source_line: int | None = None


class Op(Plain):
    """One PyTorch operation as dispatched, in the order in which it ran."""

    id: int
    phase: Phase
    name: str = Field(description="`aten.addmm`")
    call: int | None = Field(description="The innermost call that it ran in.")
    node: int | None = Field(
        description="Forward: the autograd node it created. Backward: the node it ran for; None"
        " where the engine summed gradients that arrived at the same tensor."
    )
    operands: tuple[int, ...] = Field(description="Tensor ids in order, with repeats.")
    constants: dict[str, JsonValue] = Field(
        description="Plain arguments by the name in the op's schema; defaults left out. The floats"
        " of an update are in the frame."
    )
    results: tuple[int, ...] = Field(description="Tensor ids; an in-place op's result is a new id.")
    bookkeeping: bool = Field(
        description="Run by autograd for itself, as a detached view of what it saved: no own tick."
    )


class Node(Plain):
    """An autograd node; AccumulateGrad nodes included."""

    id: int
    name: str = Field(description="`AddmmBackward0`")
    op: int | None = Field(description="The forward op that created it; None for AccumulateGrad.")
    edges: tuple[int, ...] = Field(description="Ids of the gradient edges that leave it.")
    saved: tuple[int, ...] = Field(description="Ids of the tensors kept for the backward pass.")
    order: int | None = Field(description="Place in the engine's order; None if it never ran.")


class GradientEdge(Plain):
    """The way of a gradient from a node to one input of the next."""

    id: int
    source: int = Field(description="Node id.")
    index: int = Field(description="Which of the source's outputs.")
    target: int = Field(description="Node id.")
    target_index: int = Field(description="Which input of the target: output number of its op.")
    tensor: int | None = Field(description="The gradient that flowed; None if none did.")
    of: int | None = Field(description="The forward tensor whose gradient this is (a part of).")


class Tensor(Plain):
    """One recorded value. Its numbers are in the frame, at its slot."""

    id: int
    role: Role
    name: str | None = Field(description="`fc1.weight`, `input`, `target`, `loss`, `fc1`, or None.")
    shape: tuple[int, ...]
    dtype: str = Field(description="`float32`")
    device: str
    requires_grad: bool
    is_leaf: bool
    phase: Phase = Field(description="The phase in which it came to be.")
    op: int | None = Field(description="The op that produced it, if an op did.")
    node: int | None = Field(description="For a gradient: the node that it came from.")
    slot: int | None = Field(
        description="Index into slots; tensors with equal numbers may share one."
    )
    of: int | None = Field(default=None, description="Gradient or updated: of which tensor.")
    edge: int | None = Field(
        default=None, description="A gradient that is one arriving part of a sum: its edge."
    )
    gradient: int | None = Field(default=None, description="The whole gradient of this tensor.")
    why_no_gradient: str | None = Field(default=None, description="Where gradient is None: why.")


class Slot(Plain):
    """Where a tensor's numbers lie in the blob, counted in float32 numbers."""

    offset: int
    count: int
    shape: tuple[int, ...] = Field(description="Shape of what is stored; the tensor's own if full.")
    steps: tuple[int, ...] = Field(
        description="Stride of the preview per dimension; all 1 if full."
    )
    full: bool


class Event(Plain):
    """One tick of the tape."""

    sequence: int
    kind: EventKind
    subject: int = Field(
        description="Op id, node id (backward, accumulate) or parameter's tensor id."
    )
    first_op: int = Field(description="The ops that ran in this tick …")
    end_op: int = Field(description="… up to, not including, this one.")
    reveals: tuple[int, ...] = Field(description="Tensors that become visible with it.")


class Structure(Plain):
    """Calls, ops, nodes, tensors and their wiring."""

    hash: str
    calls: tuple[Call, ...]
    ops: tuple[Op, ...]
    nodes: tuple[Node, ...]
    edges: tuple[GradientEdge, ...]
    tensors: tuple[Tensor, ...]
    slots: tuple[Slot, ...]
    events: tuple[Event, ...]
    loss: int | None = Field(description="Tensor id of the loss.")
    output: int | None = Field(description="Tensor id of what the network returned.")
