"""All exports by kind: what a session is asked for, and how its answer becomes a file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

import orjson

from gradtape.errors import UnknownExport
from gradtape.exports.drawing import draw_dot
from gradtape.exports.origin import Origin
from gradtape.exports.replay_page import write_page
from gradtape.exports.script import write_script
from gradtape.exports.table import write_table
from gradtape.sessions.questions import (
    Answer,
    DotQuestion,
    ExperimentQuestion,
    MetricsQuestion,
    OriginQuestion,
    ParametersQuestion,
    ReplayQuestion,
)
from gradtape.tape.metrics import Metrics

UNSAFE_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Export:
    """One kind of file.

    Args:
        kind: its name in addresses.
        words: what it is, in a few.
        media_type: of the file.
        suffix: of the file's name, with its dot.
        question: what the session is asked, given a recorded iteration or None for the latest.
            Kinds that are about the whole run do not look at it.
        finish: makes the file of the answer; may take seconds, needs no torch.
    """

    kind: str
    words: str
    media_type: str
    suffix: str
    question: Callable[[int | None], ExperimentQuestion]
    finish: Callable[[Answer], bytes]

    def file_name(self, name: str | None) -> str:
        """A name for the file that every system takes, made of a spec's."""
        safe = UNSAFE_IN_NAMES.sub("-", name or "").strip("-.")
        return f"{safe or 'gradtape'}{self.suffix}"


def _ask_for_dot(iteration: int | None) -> ExperimentQuestion:
    return DotQuestion(iteration=iteration)


def _ask_for_parameters(iteration: int | None) -> ExperimentQuestion:
    return ParametersQuestion(iteration=iteration)


def _ask_for_origin(_iteration: int | None) -> ExperimentQuestion:
    return OriginQuestion()


def _ask_for_metrics(_iteration: int | None) -> ExperimentQuestion:
    return MetricsQuestion()


def _ask_for_replay(_iteration: int | None) -> ExperimentQuestion:
    return ReplayQuestion()


def _take_payload(answer: Answer) -> bytes:
    return answer.payload


def _draw(picture: str, answer: Answer) -> bytes:
    return draw_dot(answer.payload, picture)


def _finish_replay(answer: Answer) -> bytes:
    return write_page(answer.blob, has_curves=orjson.loads(answer.payload)["has_curves"])


def _finish_script(answer: Answer) -> bytes:
    return write_script(Origin.model_validate_json(answer.payload))


def _finish_table(answer: Answer) -> bytes:
    return write_table(Metrics.model_validate_json(answer.payload))


DOT = "text/vnd.graphviz"
SVG = "image/svg+xml"
BYTES = "application/octet-stream"

EXPORTS: dict[str, Export] = {
    export.kind: export
    for export in (
        Export(
            "html", "a page with all of it", "text/html", ".html", _ask_for_replay, _finish_replay
        ),
        Export("svg", "the graph as a drawing", SVG, ".svg", _ask_for_dot, partial(_draw, "svg")),
        Export(
            "png", "the graph in pixels", "image/png", ".png", _ask_for_dot, partial(_draw, "png")
        ),
        Export(
            "pdf",
            "the graph for print",
            "application/pdf",
            ".pdf",
            _ask_for_dot,
            partial(_draw, "pdf"),
        ),
        Export("dot", "the graph for Graphviz", DOT, ".dot", _ask_for_dot, _take_payload),
        Export(
            "script", "a PyTorch program", "text/x-python", ".py", _ask_for_origin, _finish_script
        ),
        Export(
            "safetensors",
            "parameters and gradients",
            BYTES,
            ".safetensors",
            _ask_for_parameters,
            _take_payload,
        ),
        Export(
            "csv", "the metrics as a table", "text/csv", ".csv", _ask_for_metrics, _finish_table
        ),
    )
}
"""By kind, in the order of menus."""


def find_export(kind: str) -> Export:
    """The export of this kind.

    Raises:
        UnknownExport: there is none; with the nearest kind that there is.
    """
    export = EXPORTS.get(kind)
    if export is None:
        near = get_close_matches(kind[:64], EXPORTS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        known = ", ".join(EXPORTS)
        raise UnknownExport(f"There is no export {kind[:64]!r}.{hint} Known: {known}.", path="kind")
    return export


def find_export_by_suffix(suffix: str) -> Export:
    """The export whose files end so, as in `.svg`.

    Raises:
        UnknownExport: none does.
    """
    for export in EXPORTS.values():
        if export.suffix == suffix.lower():
            return export
    known = ", ".join(export.suffix for export in EXPORTS.values())
    raise UnknownExport(f"No export ends in {suffix[:64]!r}. Known: {known}.", path="kind")
