"""The README's snippet, run by a person, and the file that it leaves, opened from disk, offline."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gradtape.library.viewing import NotebookPage
from tests.browser.open_replay import OpenReplay
from tests.browser.screen_numbers import assert_shown, inspector, number_grid

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the snippet saves."""
    folder = tmp_path_factory.mktemp("library")
    snippet = re.findall(r"```python\n(.+?)```", README.read_text(), re.DOTALL)[0]
    subprocess.run([sys.executable, "-c", snippet], cwd=folder, check=True, timeout=120)
    return folder / "run.html"


@pytest.fixture
def replay(browser: Browser, file: Path) -> Iterator[OpenReplay]:
    """The file, open; afterwards it must have been silent."""
    opened = OpenReplay(browser, file, viewport={"width": 1280, "height": 720})
    yield opened.open()
    opened.close()


def test_stepping_shows_the_product_the_difference_and_its_square(replay: OpenReplay) -> None:
    for position, number in enumerate([1.5, 0.5, 0.25], start=1):
        replay.press("ArrowRight")
        replay.wait_until(lambda at=position: replay.playhead == at, f"event {position}")
        expect(inspector(replay.page)).to_contain_text(f"Event {position}")
        assert_shown(number_grid(replay.page), number)


def test_a_variable_is_on_the_screen_with_its_gradient(replay: OpenReplay) -> None:
    replay.press("End")
    replay.page.locator("[data-chip]").filter(has_text=re.compile(r"^\s*w")).first.click()
    inspector(replay.page).get_by_role("tab", name="Value").click()
    assert_shown(number_grid(replay.page), [0.5, 0.5])
    inspector(replay.page).get_by_role("tab", name="Gradient").click()
    assert_shown(number_grid(replay.page), [1.0, 2.0])  # 2 · (1.5 − 1) · x


def test_the_replay_runs_in_the_frame_that_a_notebook_shows(browser: Browser, file: Path) -> None:
    notebook = file.with_name("notebook.html")
    frame = NotebookPage(file.read_bytes())._repr_html_()
    notebook.write_text(f"<!doctype html><title>notebook</title><h1>A cell</h1>{frame}")
    page = browser.new_page()
    page.goto(notebook.as_uri())
    stage = page.frame_locator("iframe").locator("[data-painted]")
    expect(stage).to_have_attribute("data-playhead", "0")
    page.frame_locator("iframe").get_by_role("heading", name="Untitled network").click()
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-playhead", "1")
    page.close()
