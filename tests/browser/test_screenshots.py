"""The picture in the README."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

SIZES = [(1280, 720), (1920, 1080), (390, 844)]
OVERFLOW = """
() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth
"""
FOLDER = Path(__file__).parents[2] / "build" / "screenshots"


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
