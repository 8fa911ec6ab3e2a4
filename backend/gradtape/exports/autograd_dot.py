"""The autograd graph of a live loss as DOT, by torchviz."""

import re
from collections.abc import Mapping

from graphviz import escape
from torch import Tensor
from torchviz import make_dot

from gradtape.exports.graph_dot import limit_size

TORCHVIZ = "torchviz"
NODE_NUMBER = re.compile(r"^\t(\d+)(?: -> (\d+))?")


def write_autograd_dot(loss: Tensor, named: Mapping[str, Tensor]) -> bytes:
    """What torchviz draws: nodes, parameters in light blue, saved tensors in orange.

    torchviz recurses over the graph: give it no more than MAX_TORCHVIZ_NODES nodes.

    Args:
        loss: with its graph; no parameter has been changed since it was computed.
        named: parameters by name; each name stays a label, whatever it contains.
    """
    # torchviz knows tensors by their identity, and the output is one more of them.
    labels = {str(escape(name)): tensor for name, tensor in named.items()}
    dot = make_dot(loss, params={**labels, "loss": loss}, show_saved=True)
    dot.comment = f"Drawn by {TORCHVIZ}."
    dot.graph_attr["size"] = limit_size(len(dot.body))
    dot.body = _renumber(dot.body)
    return dot.source.encode()


def _renumber(body: list[str]) -> list[str]:
    """Nodes numbered in order of appearance: torchviz numbers them by addresses in memory."""
    numbers: dict[str, int] = {}

    def replace(match: re.Match[str]) -> str:
        known = [numbers.setdefault(name, len(numbers)) for name in match.groups() if name]
        return "\t" + " -> ".join(map(str, known))

    return [NODE_NUMBER.sub(replace, line) for line in body]
