"""A replay as the person it was sent to meets it: a file on disk, and no network at all."""

from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext

from tests.browser.open_page import OpenPage


class OpenReplay(OpenPage):
    """One file in a browser of its own, offline.

    It notes what a good page never does: anything at all on the console, and requests.
    """

    def __init__(self, browser: Browser, file: Path, **context_options: Any) -> None:
        self.address = file.as_uri()
        self.context: BrowserContext = browser.new_context(**context_options)
        self.context.set_offline(True)
        self.page = self.context.new_page()
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
        self.wait_until_painted()
        return self
