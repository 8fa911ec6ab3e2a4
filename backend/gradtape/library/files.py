"""A tape as files: the ending of the name says which."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from gradtape.errors import UnknownExport
from gradtape.exports.drawing import draw_dot
from gradtape.exports.graph_dot import write_graph_dot
from gradtape.exports.parameters import write_parameters
from gradtape.exports.replay import write_replay
from gradtape.exports.replay_composition import UNNAMED, compose_replay
from gradtape.library.tape_file import write_tape_file

if TYPE_CHECKING:
    from gradtape.library.tape import Tape


def write_file(tape: "Tape", path: Path) -> None:
    """Write a tape to a file.

    Raises:
        UnknownExport: nothing is written with this ending.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        known = ", ".join(WRITERS)
        raise UnknownExport(f"no tape is saved as {path.name!r}; the endings are {known}")
    path.write_bytes(writer(tape))


def replay_html(tape: "Tape") -> bytes:
    """The one-file replay, the newest iterations first."""
    newest_first = (tape.recording(number) for number in reversed(tape.iterations))
    return write_replay(compose_replay(tape.name or UNNAMED, newest_first))


def _dot(tape: "Tape") -> bytes:
    return write_graph_dot(tape.structure)


def _draw(picture: str) -> "Callable[[Tape], bytes]":
    return lambda tape: draw_dot(_dot(tape), picture)


WRITERS: "dict[str, Callable[[Tape], bytes]]" = {
    ".html": replay_html,
    ".tape": lambda tape: write_tape_file(
        tape.name, [tape.recording(number) for number in tape.iterations]
    ),
    ".json": lambda tape: orjson.dumps(tape.to_dict(values="blob")),
    ".dot": _dot,
    ".svg": _draw("svg"),
    ".png": _draw("png"),
    ".pdf": _draw("pdf"),
    ".safetensors": lambda tape: write_parameters(tape.recording(), name=tape.name),
}
