"""Files out of the page, by mouse and by keyboard."""

import json
import re
from pathlib import Path

from playwright.sync_api import Download, Locator, expect

from gradtape.exports.gallery import EXPORTS
from tests.browser.workbench import Workbench
from tests.exports.replay_files import ReplayFile

STAGE_PICTURES = 5  # made in the page, see test_stage_pictures


def open_menu(bench: Workbench) -> Locator:
    bench.page.get_by_role("button", name="Export").click()
    return bench.page.get_by_role("menu", name="Export")


def take(bench: Workbench, title: str) -> tuple[Download, bytes]:
    """Choose in the menu, and wait for the file."""
    with bench.page.expect_download() as download:
        open_menu(bench).get_by_role("menuitem", name=title).click()
    return download.value, Path(download.value.path()).read_bytes()


def test_the_program_and_the_table_of_the_session_are_saved(workbench: Workbench) -> None:
    workbench.open()
    program, content = take(workbench, "PyTorch program")
    assert program.suggested_filename == "moons.py"
    assert b"class Network(nn.Module):" in content
    table, content = take(workbench, "CSV")
    assert table.suggested_filename == "moons.csv"
    loss = workbench.read("/metrics")["loss"][0]
    assert float(content.splitlines()[1].split(b",")[1]) == loss


def test_the_menu_offers_every_kind_and_saves_the_shown_iteration(workbench: Workbench) -> None:
    workbench.open()
    menu = open_menu(workbench)
    expect(menu.get_by_role("menuitem")).to_have_count(len(EXPORTS) + STAGE_PICTURES)
    workbench.press("Escape")
    asked: list[str] = []
    workbench.page.on("request", lambda request: asked.append(request.url))
    workbench.page.get_by_role("button", name="Record next").click()
    workbench.wait_until(lambda: "i=1" in workbench.page.url, "iteration 1 is shown")
    graph, content = take(workbench, "DOT")
    assert graph.suggested_filename == "moons.dot"
    assert content.startswith(b"// Drawn by torchviz.")
    assert [url for url in asked if url.endswith("/exports/dot?iteration=1")]


def test_a_renamed_spec_names_the_file(workbench: Workbench) -> None:
    workbench.open()
    name = workbench.page.get_by_role("textbox", name="Name of the spec")
    name.fill("Two moons / a")
    name.press("Enter")
    table, _ = take(workbench, "CSV")
    assert table.suggested_filename == "Two-moons-a.csv"


def test_the_menu_is_used_with_the_keyboard(workbench: Workbench) -> None:
    workbench.open()
    button = workbench.page.get_by_role("button", name="Export")
    button.focus()
    workbench.press("Enter", "ArrowDown", "ArrowDown", "ArrowUp")
    expect(workbench.page.get_by_role("menuitem", name="Replay")).to_be_focused()
    with workbench.page.expect_download() as download:
        workbench.press("Enter")
    assert download.value.suggested_filename == "moons.html"
    (frame,) = ReplayFile(Path(download.value.path()).read_bytes()).document["frames"]
    assert frame["loss"] == workbench.read("/metrics")["loss"][0]
    expect(workbench.page.get_by_role("menu", name="Export")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_refused_export_is_told(workbench: Workbench) -> None:
    workbench.open()
    problem = {"code": "graphviz_unavailable", "path": None, "message": "Drawing needs Graphviz."}
    workbench.page.route(
        "**/exports/svg*",
        lambda route: route.fulfill(status=422, body=json.dumps({"error": problem})),
    )
    open_menu(workbench).get_by_role("menuitem", name=re.compile("^SVG")).click()
    expect(workbench.page.get_by_role("alert")).to_contain_text("Drawing needs Graphviz.")
    workbench.forgive("422")


def test_on_a_narrow_screen_the_menu_is_under_more(workbench: Workbench) -> None:
    workbench.resize(390, 844)
    workbench.open()
    workbench.page.get_by_role("button", name="More").click()
    menu = workbench.page.get_by_role("menu", name="Export")
    with workbench.page.expect_download() as download:
        menu.get_by_role("menuitem", name="CSV").click()
    assert download.value.suggested_filename == "moons.csv"
