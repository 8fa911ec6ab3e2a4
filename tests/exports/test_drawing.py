"""Pictures by Graphviz where it is installed, and a clear error where it is not."""

import shutil
import stat
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gradtape import limits
from gradtape.engine.experiment import Experiment
from gradtape.errors import GraphvizUnavailable, LimitExceeded
from gradtape.exports.drawing import FORMATS, draw_dot
from gradtape.exports.graph_dot import quote_dot
from gradtape.sessions.answering import answer_question
from gradtape.sessions.questions import DotQuestion
from gradtape.spec import parse_spec
from tests.exports.script_cases import EXAMPLES

BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


@pytest.fixture(scope="module")
def moons() -> bytes:
    """DOT of the first example."""
    experiment = Experiment(parse_spec(EXAMPLES["moons"]))
    experiment.record_iteration()
    return answer_question(experiment, DotQuestion()).payload


def pretend_to_be_dot(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a shell script in the place of Graphviz's program."""
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def texts_of(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314 — what Graphviz wrote just now
    return [
        (element.text or "").strip() for element in root.iter("{http://www.w3.org/2000/svg}text")
    ]


@needs_graphviz
def test_a_drawing_shows_every_parameter_and_the_loss(moons: bytes) -> None:
    texts = texts_of(draw_dot(moons, "svg"))
    for name in ("fc1.weight", "fc1.bias", "fc3.weight", "loss", "AddmmBackward0"):
        assert name in texts


@needs_graphviz
@pytest.mark.parametrize("picture", FORMATS)
def test_a_picture_is_of_the_format_that_was_asked_for(moons: bytes, picture: str) -> None:
    assert draw_dot(moons, picture).startswith(BEGINNINGS[picture])


@needs_graphviz
@pytest.mark.parametrize(
    "text", ['"]; evil [label="', "back\\slash\\", "\\N \\l", "<b>x</b>", "a&b"]
)
def test_graphviz_shows_a_quoted_text_as_it_is(text: str) -> None:
    dot = f"digraph {{ n [label={quote_dot(text)}] }}".encode()
    assert texts_of(draw_dot(dot, "svg")) == [text]


def test_without_graphviz_the_error_says_what_to_install(
    moons: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GraphvizUnavailable, match="apt install graphviz") as caught:
        draw_dot(moons, "svg")
    assert caught.value.code == "graphviz_unavailable"


def test_the_program_is_given_the_dot_and_its_output_is_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_to_be_dot(tmp_path, 'echo "$@"; cat', monkeypatch)
    assert draw_dot(b"digraph {}\n", "svg") == b"-Tsvg\ndigraph {}\n"


def test_a_drawing_that_takes_too_long_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_to_be_dot(tmp_path, "exec sleep 60", monkeypatch)
    monkeypatch.setattr(limits, "MAX_DRAWING_SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(LimitExceeded) as caught:
        draw_dot(b"digraph {}", "svg")
    assert caught.value.details["limit"] == "MAX_DRAWING_SECONDS"
    assert time.monotonic() - began < 30


def test_what_graphviz_complains_of_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_to_be_dot(tmp_path, "echo 'syntax error' >&2; exit 3", monkeypatch)
    with pytest.raises(GraphvizUnavailable, match="ended with 3: syntax error"):
        draw_dot(b"digraph {", "svg")


def test_a_program_that_cannot_be_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_to_be_dot(tmp_path, "", monkeypatch)
    (tmp_path / "dot").write_bytes(b"\x7fELF nothing")
    with pytest.raises(GraphvizUnavailable, match="could not be run"):
        draw_dot(b"digraph {}", "svg")


def test_too_large_a_graph_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_to_be_dot(tmp_path, "cat", monkeypatch)
    with pytest.raises(LimitExceeded) as caught:
        draw_dot(b" " * (limits.MAX_DRAWN_DOT_BYTES + 1), "svg")
    assert caught.value.details["limit"] == "MAX_DRAWN_DOT_BYTES"
