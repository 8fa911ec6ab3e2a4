"""A real Chromium on a real server. Without a Chromium, journeys fail; none is skipped."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import launch_chromium
from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

# What a busy machine may take; an expectation that is met is met at once.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per file: Playwright's event loop must not live on into tests with their own."""
    with sync_playwright() as playwright, launch_chromium(playwright) as chromium:
        yield chromium


@pytest.fixture
def workbench(browser: Browser, live_server: LiveServer) -> Iterator[Workbench]:
    """The page at 1280×720, not opened yet; afterwards it must have nothing to complain about."""
    bench = Workbench(browser, live_server, viewport={"width": 1280, "height": 720})
    yield bench
    bench.close()
    assert bench.complaints == []
    assert bench.strangers == []
