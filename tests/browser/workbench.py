"""The page as a person meets it: what the journeys do and read, by accessible names."""

import re
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, ViewportSize

from tests.live_server import LiveServer

FIRST_PAINT_MILLISECONDS = 60_000  # for a machine that is busy with other things


class Workbench:
    """One open page with its own storage, and REST beside it for the same session.

    It notes what a good page never does: errors in the console, and requests to other origins.
    """

    def __init__(self, browser: Browser, server: LiveServer, **context_options: Any) -> None:
        self.server = server
        self.context: BrowserContext = browser.new_context(
            base_url=server.origin, **context_options
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.context.on("request", self._note_stranger)
        self.rest: httpx.Client = server.client()

    def forgive(self, part: str) -> None:
        """Drop complaints that belong to the journey; there must be one."""
        self.wait_until(
            lambda: any(part in each for each in self.complaints), f"a complaint of {part!r}"
        )
        self.complaints = [each for each in self.complaints if part not in each]

    def close(self) -> None:
        """Close the page and the connections."""
        self.rest.close()
        self.context.close()

    def open(self, path: str = "/") -> Self:
        """Navigate, and wait until a recorded graph is painted."""
        self.page.goto(path)
        self.wait_until_painted()
        return self

    def wait_until_painted(self) -> None:
        """A graph is on the stage."""
        self.page.wait_for_selector("[data-painted]", timeout=FIRST_PAINT_MILLISECONDS)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self.page.set_viewport_size(ViewportSize(width=width, height=height))

    @property
    def stage(self) -> Locator:
        """The graph."""
        return self.page.locator("[data-painted]")

    @property
    def playhead(self) -> int:
        """How many events have happened on the stage."""
        return int(self.stage.get_attribute("data-playhead") or "-1")

    @property
    def session_id(self) -> str:
        """The session that the page's address names."""
        # Asked of the page itself: Playwright learns late of an address that a script has set.
        address: str = self.page.evaluate("location.hash")
        found = re.search(r"[#&]s=([\w-]+)", address)
        assert found, f"no session in {address!r}"
        return found[1]

    def read(self, path: str, **parameters: Any) -> Any:
        """`GET /api/v1/sessions/{id}{path}` of the page's session."""
        asked = self.session_id
        answer = self.rest.get(f"/sessions/{asked}{path}", params=parameters)
        if answer.status_code == 404 and self.session_id != asked:
            # The page has put another session in its place meanwhile, and has deleted this one.
            answer = self.rest.get(f"/sessions/{self.session_id}{path}", params=parameters)
        return answer.raise_for_status().json()

    def tape(self) -> dict[str, Any]:
        """The shown session's latest tape, with its numbers."""
        return self.read("/tape", values="inline")

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

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _note_stranger(self, request: Request) -> None:
        address = urlsplit(request.url)
        leaves_the_machine = address.scheme in ("http", "https", "ws", "wss")
        if leaves_the_machine and f"{address.scheme}://{address.netloc}" != self.server.origin:
            self.strangers.append(request.url)
