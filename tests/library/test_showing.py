"""How a tape shows itself: summary, repr, rich, HTML, and the replay that `show` opens."""

import html
import sys
import types
import webbrowser
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
import torch
from rich.console import Console
from torch import nn

import gradtape
from tests.library.networks import Training

HOSTILE = "[/x]</pre><script>alert(1)</script>&"


def record_network() -> gradtape.Tape:
    """Two inputs, weights 1 and 2, no bias: output 1·3 + 2·4 = 11, its square 121."""
    network = nn.Sequential(nn.Linear(2, 1, bias=False))
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([[1.0, 2.0]]))
    x = torch.tensor([[3.0, 4.0]])
    with gradtape.record(network) as tape:
        network(x).square().sum().backward()
    return tape


def record_hostile() -> gradtape.Tape:
    kind = type(HOSTILE, (nn.Sequential,), {})
    network = kind()
    network.add_module(HOSTILE, nn.Linear(2, 2))
    with gradtape.record(network) as tape:
        network(torch.ones(1, 2)).sum().backward()
    return tape


def test_the_summary_has_a_row_for_each_call() -> None:
    rows = [row.cells() for row in record_network().summary().rows]
    assert rows == [
        ("0", "Linear", "1 × 1", "2", "22"),  # d(o²)/do = 2 · 11
        ("  linear", "torch.nn.functional.linear", "1 × 1", "", "22"),
        ("square", "torch.Tensor.square", "1 × 1", "", "1"),
        ("sum", "torch.Tensor.sum", "scalar", "", "1"),
    ]


def test_the_summary_prints_as_a_table_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = str(record_network().summary())
    lines = text.splitlines()
    assert lines[0].strip() == "Sequential"
    assert [name.strip() for name in lines[2].split("┃")[1:-1]] == [
        "call",
        "of",
        "output",
        "parameters",
        "gradient norm",
    ]
    assert "\x1b" not in text


def test_a_long_summary_says_how_much_it_leaves_out() -> None:
    x = torch.ones(1, requires_grad=True)
    with gradtape.record() as tape:
        y = x
        for _ in range(250):
            y = y.tanh()
    summary = tape.summary()
    assert len(summary.rows) == 200
    assert "and 50 more calls" in str(summary)


def test_the_norm_of_a_complex_gradient_is_over_both_parts() -> None:
    w = torch.tensor([3 + 4j], dtype=torch.complex128, requires_grad=True)
    with gradtape.record() as tape:
        (w * 1).abs().square().sum().backward()
    assert tape.summary().rows[0].gradient_norm == pytest.approx(10)  # 2 |w|


def test_the_repr_is_one_line() -> None:
    tape = record_network()
    ops, nodes = len(tape.ops), len(tape.nodes)
    assert repr(tape) == f"<Tape of Sequential: {ops} ops, {nodes} nodes, loss 121>"
    training = Training()
    with gradtape.record(training.network, every=1) as tape:
        training.step()
        training.step()
    assert repr(tape).endswith(", 2 iterations>")


def test_rich_prints_names_as_they_are() -> None:
    out = StringIO()
    Console(file=out, width=300).print(record_hostile())
    assert f"<Tape of {HOSTILE}: " in out.getvalue()
    assert out.getvalue().count(HOSTILE) >= 3


class Cells(HTMLParser):
    """What a browser would make of it: tags, and the text in table cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_notebook_shows_names_as_text() -> None:
    shown = Cells(record_hostile()._repr_html_())
    assert shown.tags == {"p", "table", "tr", "th", "td", "pre"}
    assert HOSTILE in shown.texts
    assert any(text.startswith(f"<Tape of {HOSTILE}: ") for text in shown.texts)


def test_an_empty_tape_shows_itself_too() -> None:
    tape = gradtape.Tape()
    out = StringIO()
    Console(file=out).print(tape)
    assert out.getvalue() == "<Tape, empty>\n"
    assert "empty" in tape._repr_html_()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The addresses that the browser was asked to open; temporary files go to a folder here."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return addresses


def test_show_opens_the_replay_in_the_browser(opened: list[str]) -> None:
    tape = record_hostile()
    assert tape.show() is None
    (address,) = opened
    file = Path(unquote(urlparse(address).path))
    assert address.startswith("file:///")
    tape.save(file.with_name("saved.html"))
    assert file.read_bytes() == file.with_name("saved.html").read_bytes()


def use_shell(monkeypatch: pytest.MonkeyPatch, *kinds: str) -> None:
    """Pretend that IPython is loaded, with a shell of the last of these classes."""
    shell: type = object
    for kind in kinds:
        shell = type(kind, (shell,), {})
    ipython = types.SimpleNamespace(get_ipython=shell if kinds else lambda: None)
    monkeypatch.setitem(sys.modules, "IPython", ipython)


@pytest.mark.parametrize("kinds", [["ZMQInteractiveShell"], ["ZMQInteractiveShell", "Shell"]])
def test_in_a_notebook_show_gives_a_frame_with_the_replay(
    monkeypatch: pytest.MonkeyPatch, opened: list[str], kinds: list[str], tmp_path: Path
) -> None:
    use_shell(monkeypatch, *kinds)
    tape = record_network()
    shown = tape.show()
    assert shown is not None
    assert opened == []
    tape.save(tmp_path / "run.html")
    frame = shown._repr_html_()
    before, inside = frame.split(' srcdoc="')
    assert 'sandbox="allow-scripts"' in before
    assert html.unescape(inside.removesuffix('"></iframe>')) == (tmp_path / "run.html").read_text()


@pytest.mark.parametrize("kinds", [[], ["TerminalInteractiveShell"]])
def test_in_a_terminal_show_opens_the_browser_also_beside_ipython(
    monkeypatch: pytest.MonkeyPatch, opened: list[str], kinds: list[str]
) -> None:
    use_shell(monkeypatch, *kinds)
    assert record_network().show() is None
    assert len(opened) == 1
