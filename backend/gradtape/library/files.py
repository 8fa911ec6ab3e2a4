"""Recordings as files: the ending of the name says which."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from gradtape.engine.recorder.recording import Recording
from gradtape.errors import UnknownExport
from gradtape.exports.drawing import draw_dot
from gradtape.exports.graph_dot import write_graph_dot
from gradtape.exports.parameters import write_parameters
from gradtape.exports.replay_composition import UNNAMED, compose_replay
from gradtape.exports.replay_packing import pack_document
from gradtape.exports.replay_page import write_page
from gradtape.library.tape_file import write_tape_file
from gradtape.tape.codec import encode_tape

Values = Literal["inline", "blob"]
Writer = Callable[[str, Sequence[Recording]], bytes]


def write_file(path: Path, name: str, recordings: Sequence[Recording]) -> None:
    """Write recordings to a file.

    Args:
        path: its ending decides what is written.
        name: of the network.
        recordings: at least one, by iteration; where a file holds one, it is the last.
    Raises:
        UnknownExport: nothing is written with this ending.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        known = ", ".join(WRITERS)
        raise UnknownExport(f"no tape is saved as {path.name!r}; the endings are {known}")
    path.write_bytes(writer(name, recordings))


def replay_html(name: str, recordings: Sequence[Recording]) -> bytes:
    """The one-file replay, the newest iterations first."""
    document = compose_replay(name or UNNAMED, reversed(recordings))
    return write_page(pack_document(document), has_curves=document.has_curves)


def recording_json(recording: Recording, values: Values | None) -> bytes:
    """One recording as the REST API gives it.

    Args:
        values: `inline` puts each tensor's numbers beside it as nested lists; `blob` adds all
            as base64 of little-endian float32.
    """
    numbers = None
    if values == "inline":
        shown = [each.id for each in recording.structure.tensors if each.slot is not None]
        numbers = {number: recording.values(number) for number in shown}
    return encode_tape(recording.built.json, recording.frame, numbers, with_blob=values == "blob")


def _draw(picture: str) -> Writer:
    return lambda _, recordings: draw_dot(write_graph_dot(recordings[-1].structure), picture)


WRITERS: dict[str, Writer] = {
    ".html": replay_html,
    ".tape": write_tape_file,
    ".json": lambda _, recordings: recording_json(recordings[-1], "blob"),
    ".dot": lambda _, recordings: write_graph_dot(recordings[-1].structure),
    ".svg": _draw("svg"),
    ".png": _draw("png"),
    ".pdf": _draw("pdf"),
    ".safetensors": lambda name, recordings: write_parameters(recordings[-1], name=name),
}
