"""A replay as the person it was sent to meets it: a file on disk, and no network at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Locator, Page

FIRST_PAINT_MILLISECONDS = 60_000  # for a machine that is busy with other things


class OpenReplay:
    """One file in a browser of its own, offline.

    It notes what a good page never does: anything at all on the console, and requests.
    """

    def __init__(self, browser: Browser, file: Path, **context_options: Any) -> None:
        self.address = file.as_uri()
        self.context: BrowserContext = browser.new_context(**context_options)
        self.context.set_offline(True)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.context.on("request", lambda request: self.requests.append(request.url))

    def close(self) -> None:
        """Close the file; it must have been silent, and alone."""
        self.context.close()
        assert self.said == []
        own = (self.address, "data:image/svg+xml", "blob:null/")
        assert [each for each in self.requests if not each.startswith(own)] == []

    def open(self, fragment: str = "") -> Self:
        """Open the file, at a place in it, and wait until a recorded graph is painted."""
        self.page.goto(self.address + fragment)
        self.page.wait_for_selector("[data-painted]", timeout=FIRST_PAINT_MILLISECONDS)
        return self

    @property
    def stage(self) -> Locator:
        """The graph."""
        return self.page.locator("[data-painted]")

    @property
    def playhead(self) -> int:
        """How many events have happened on the stage."""
        return int(self.stage.get_attribute("data-playhead") or "-1")

    def press(self, *keys: str) -> None:
        """Type keys with nothing focused, as on a fresh page."""
        for key in keys:
            self.page.keyboard.press(key)

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Look again until something holds."""
        for _ in range(int(seconds / 0.05)):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not within {seconds:.0f} s: {what}")
