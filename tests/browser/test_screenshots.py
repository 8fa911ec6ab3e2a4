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
