"""Pictures of the workbench for people to look at, and what a machine can check on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"
SIZES = [(1280, 720), (1920, 1080), (390, 844)]
OVERFLOW = """
() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth
"""


@pytest.fixture(params=["light", "dark"])
def themed(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[tuple[str, Workbench]]:
    """The page in the theme that the system prefers."""
    bench = Workbench(browser, live_server, color_scheme=request.param, reduced_motion="reduce")
    yield request.param, bench
    bench.close()
    assert bench.complaints == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_workbench_fits_its_window(
    themed: tuple[str, Workbench], width: int, height: int
) -> None:
    theme, bench = themed
    bench.resize(width, height)
    bench.open()
    assert bench.page.locator("html").get_attribute("data-theme") == theme
    bench.press("End")
    bench.page.wait_for_timeout(600)
    FOLDER.mkdir(parents=True, exist_ok=True)
    bench.page.screenshot(path=FOLDER / f"workbench-{width}x{height}-{theme}.png")
    assert bench.page.evaluate(OVERFLOW) == 0


def test_the_picture_of_the_readme(browser: Browser, live_server: LiveServer) -> None:
    """Trained, and in the middle of a backward pass."""
    bench = Workbench(
        browser, live_server, viewport={"width": 1600, "height": 900}, reduced_motion="reduce"
    )
    bench.open()
    bench.press("r")
    picker = bench.page.get_by_role("combobox", name="Iteration")
    bench.wait_until(lambda: picker.input_value() == "500", "the last iteration is shown")
    picker.select_option("100")
    bench.wait_until(lambda: "i=100" in bench.page.url, "iteration 100 is shown")
    bench.page.mouse.click(600, 20)  # away from the picker, which has the arrow keys
    bench.press("Home", *["ArrowRight"] * 16)
    bench.wait_until(lambda: bench.playhead == 16, "event 16")
    bench.page.wait_for_timeout(1_000)  # the chart is drawn at its own pace
    FOLDER.mkdir(parents=True, exist_ok=True)
    bench.page.screenshot(path=FOLDER / "readme.png")
    bench.close()
    assert bench.complaints == []
