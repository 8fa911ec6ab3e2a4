"""The autograd graph of a tape as DOT: any depth, no live graph needed, looks as by torchviz."""

from collections.abc import Iterator

from gradtape.limits import MAX_DRAWING_INCHES
from gradtape.tape.structure import Structure, Tensor

PARAMETER_COLOUR = "lightblue"
SAVED_COLOUR = "orange"
OUTPUT_COLOUR = "darkolivegreen1"

INCHES_PER_LINE = 0.15
LEAST_INCHES = 12
DRAWER = "Gradtape"


def write_graph_dot(structure: Structure) -> bytes:
    """Nodes, the way of the data between them, parameters, saved tensors, and the loss.

    As torchviz does, arrows go with the forward pass: against the gradient.
    """
    body = [
        *_node_lines(structure),
        *_edge_lines(structure),
        *_leaf_lines(structure),
        *_saved_lines(structure),
        *_loss_lines(structure),
    ]
    return "\n".join(
        [f"// Drawn by {DRAWER}.", "digraph {", *_looks(len(body)), *body, "}", ""]
    ).encode()


def quote_dot(text: str) -> str:
    """Text as a quoted DOT string that shows it as it is: no escapes, no markup, one line each."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r", " ").replace("\n", "\\n").replace("\0", "") + '"'


def limit_size(lines: int) -> str:
    """The most that a drawing may measure, in inches, so that many lines stay readable."""
    inches = min(max(LEAST_INCHES, lines * INCHES_PER_LINE), MAX_DRAWING_INCHES)
    return f"{inches:g},{inches:g}"


def _looks(lines: int) -> list[str]:
    return [
        f'\tgraph [size="{limit_size(lines)}"]',
        "\tnode [align=left fontname=monospace fontsize=10 height=0.2 ranksep=0.1 shape=box"
        " style=filled]",
    ]


def _node_lines(structure: Structure) -> Iterator[str]:
    for node in structure.nodes:
        yield f"\tn{node.id} [label={quote_dot(node.name)}]"


def _edge_lines(structure: Structure) -> Iterator[str]:
    for edge in structure.edges:
        yield f"\tn{edge.target} -> n{edge.source}"


def _leaf_lines(structure: Structure) -> Iterator[str]:
    """Each tensor that a gradient accumulates at, before its AccumulateGrad node."""
    leaves: dict[int, int] = {}
    for edge in structure.edges:
        if not structure.nodes[edge.target].edges and edge.of is not None:
            leaves.setdefault(edge.target, edge.of)
    for node, tensor in leaves.items():
        entry = structure.tensors[tensor]
        if entry.is_leaf:
            yield _tensor_line(f"l{node}", entry, PARAMETER_COLOUR)
            yield f"\tl{node} -> n{node}"


def _saved_lines(structure: Structure) -> Iterator[str]:
    for node in structure.nodes:
        for place, tensor in enumerate(node.saved):
            name = f"s{node.id}_{place}"
            yield _tensor_line(name, structure.tensors[tensor], SAVED_COLOUR)
            yield f"\tn{node.id} -> {name} [dir=none]"


def _loss_lines(structure: Structure) -> Iterator[str]:
    if structure.loss is None:
        return
    loss = structure.tensors[structure.loss]
    yield _tensor_line("loss", loss, OUTPUT_COLOUR)
    made_by = None if loss.op is None else structure.ops[loss.op].node
    if made_by is not None:
        yield f"\tn{made_by} -> loss"


def _tensor_line(name: str, tensor: Tensor, colour: str) -> str:
    shape = ", ".join(map(str, tensor.shape))
    label = quote_dot(f"{tensor.name or ''}\n ({shape})")
    return f"\t{name} [label={label} fillcolor={colour}]"
