"""Replay files read as a browser reads them: Python's own HTML parser, base64, gzip and JSON."""

import gzip
import json
from base64 import b64decode
from html.parser import HTMLParser
from typing import Any


class ReplayFile(HTMLParser):
    """A replay taken apart.

    Attributes:
        elements: every start tag with its attributes, in order.
        texts: the text inside of each element that has one, as (tag, attributes, text).
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            tag, attributes, text = self.texts.pop()
            self.texts.append((tag, attributes, text + data))

    def handle_endtag(self, tag: str) -> None:
        self.texts.append((tag, {"end": None}, ""))

    @property
    def _is_inside(self) -> bool:
        """Whether text belongs to the last element: neither before the first nor after its end."""
        return bool(self.texts) and "end" not in self.texts[-1][1]

    @property
    def policy(self) -> dict[str, list[str]]:
        """The content security policy: sources by directive."""
        (content,) = [
            attributes["content"]
            for tag, attributes in self.elements
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        rules = [rule.split() for rule in (content or "").split(";")]
        return {rule[0]: rule[1:] for rule in rules}

    @property
    def scripts(self) -> list[str]:
        """What a browser would run."""
        return [text for tag, kind, text in self.texts if tag == "script" and not kind]

    @property
    def styles(self) -> list[str]:
        return [text for tag, kind, text in self.texts if tag == "style" and not kind]

    def block(self, name: str) -> bytes | None:
        """What is packed under this id."""
        for tag, attributes, text in self.texts:
            if tag == "script" and attributes.get("id") == name:
                return gzip.decompress(b64decode(text))
        return None

    @property
    def document(self) -> dict[str, Any]:
        """The recordings."""
        packed = self.block("replay-document")
        assert packed is not None
        return json.loads(packed)
