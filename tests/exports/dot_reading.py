"""Reads DOT by its published grammar, as far as our graphs need it."""

import re
from collections import Counter
from dataclasses import dataclass, field

TOKEN = re.compile(r'\s+|//[^\n]*|(?P<word>"(?:\\.|[^"\\])*"|[\w.]+|->|[\[\]{}=,;])', re.DOTALL)


@dataclass
class ReadGraph:
    """A graph: attributes of each node by its id, and edges as (from, to, attributes)."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def label(self, node: str) -> str:
        """A node's label as it is shown, on one line."""
        shown = self.nodes[node]["label"].replace("\\n", "\n").replace("\\\\", "\\")
        return " ".join(shown.split())

    def labels(self, colour: str | None) -> list[str]:
        """Labels of all nodes with a colour, sorted; None: with the default one."""
        return sorted(
            self.label(node)
            for node, attributes in self.nodes.items()
            if attributes.get("fillcolor") == colour
        )

    def arrows(self, *, saved: bool = False) -> Counter[tuple[str, str]]:
        """Edges by the labels of both ends; saved tensors hang on lines without an arrowhead."""
        return Counter(
            (self.label(start), self.label(end))
            for start, end, attributes in self.edges
            if (attributes.get("dir") == "none") == saved
        )


def read_dot(dot: bytes) -> ReadGraph:
    """The graph that DOT text describes."""
    words = split_words(dot.decode())
    assert words[:2] == ["digraph", "{"]
    assert words[-1] == "}"
    graph = ReadGraph()
    place = 2
    while place < len(words) - 1:
        name, place = unquote(words[place]), place + 1
        end = None
        if words[place] == "->":
            end, place = unquote(words[place + 1]), place + 2
        attributes, place = read_attributes(words, place)
        if end is not None:
            graph.edges.append((name, end, attributes))
        elif name not in ("graph", "node"):
            graph.nodes[name] = attributes
    return graph


def split_words(text: str) -> list[str]:
    words: list[str] = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        assert match, f"no DOT: {text[place : place + 40]!r}"
        if match["word"]:
            words.append(match["word"])
        place = match.end()
    return words


def read_attributes(words: list[str], place: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    if words[place] != "[":
        return attributes, place
    place += 1
    while words[place] != "]":
        assert words[place + 1] == "="
        attributes[words[place]] = unquote(words[place + 2])
        place += 3
    return attributes, place + 1


def unquote(word: str) -> str:
    """In DOT, only a quote is escaped; other backslashes are the label's."""
    return word[1:-1].replace('\\"', '"') if word.startswith('"') else word
