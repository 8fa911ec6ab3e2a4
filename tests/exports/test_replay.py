"""The replay's file: what is in it, what it may do, and that no name can get out of its place."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from gradtape.errors import PageNotBuilt
from gradtape.exports import replay_page
from gradtape.exports.replay_composition import replay_experiment
from gradtape.tape.replay_document import ReplayDocument
from tests.exports.replay_files import ReplayFile
from tests.exports.replays import document_of, experiment, wide_recording, write_replay

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>\u2028\u2029]]>'\"&"


@pytest.fixture(scope="module")
def trained() -> ReplayDocument:
    """Iterations 0 and 2 of three."""
    moons = experiment()
    moons.record_iteration()
    moons.train_iteration()
    moons.record_iteration()
    return replay_experiment(moons)


def test_the_file_holds_the_document(trained: ReplayDocument) -> None:
    read = ReplayFile(write_replay(trained))
    # Equal numbers share a place in the file: all but the places is as it was.
    shown = read.document
    assert [each["iteration"] for each in shown["frames"]] == [0, 2]
    assert shown["metrics"] == json.loads(trained.model_dump_json())["metrics"]
    assert shown["name"] == "small"
    assert shown["notices"] == []


def test_the_policy_allows_what_is_in_the_file_and_nothing_else(trained: ReplayDocument) -> None:
    read = ReplayFile(write_replay(trained))
    plotly = read.block("replay-plotly")
    assert plotly is not None

    def source(content: bytes) -> str:
        return f"'sha256-{b64encode(sha256(content).digest()).decode()}'"

    assert read.policy == {
        "default-src": ["'none'"],
        "script-src": [source(read.scripts[0].encode()), source(plotly)],
        "style-src": [source(read.styles[0].encode())],
        "img-src": ["data:"],
        "worker-src": ["blob:"],
        "connect-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    assert len(read.scripts) == len(read.styles) == 1


def test_the_file_refers_to_nothing_outside_of_it(trained: ReplayDocument) -> None:
    read = ReplayFile(write_replay(trained))
    addresses = [
        value or ""
        for _, attributes in read.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data")
    ]
    assert addresses
    assert all(address.startswith("data:image/svg+xml;base64,") for address in addresses)


def test_names_cannot_leave_their_place() -> None:
    plain = write_replay(document_of(wide_recording(), name="net"))
    hostile = write_replay(document_of(wide_recording(), name=HOSTILE))
    assert ReplayFile(hostile).document["name"] == HOSTILE
    # Whatever a name is, the page around the packed document is the same, byte for byte.
    packed = re.compile(rb'(?<=id="replay-document">)[A-Za-z0-9+/=]+(?=</script>)')
    assert packed.sub(b"", hostile) == packed.sub(b"", plain)


def test_what_draws_curves_comes_only_where_there_is_one(trained: ReplayDocument) -> None:
    with_curves = ReplayFile(write_replay(trained))
    layouts = with_curves.block("replay-figures")
    assert layouts is not None
    assert json.loads(layouts)["loss"]["title"]["text"] == "Loss"
    single = ReplayFile(write_replay(document_of(wide_recording())))
    assert single.block("replay-plotly") is None
    assert len(single.policy["script-src"]) == 1


def test_the_same_document_gives_the_same_file(trained: ReplayDocument) -> None:
    assert write_replay(trained) == write_replay(trained)


def test_without_a_built_page_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: ReplayDocument
) -> None:
    monkeypatch.setattr(replay_page, "files", lambda _package: tmp_path)
    with pytest.raises(PageNotBuilt, match="make build"):
        write_replay(trained)


@pytest.mark.parametrize("built", ["a = '</SCRIPT>'", "a = '<!-- '"])
def test_a_built_script_that_would_end_its_element_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: ReplayDocument, built: str
) -> None:
    (tmp_path / "page" / "replay").mkdir(parents=True)
    (tmp_path / "page" / "replay" / "replay.js").write_text(built)
    monkeypatch.setattr(replay_page, "files", lambda _package: tmp_path)
    with pytest.raises(AssertionError, match="cannot stand in a page"):
        write_replay(trained)
