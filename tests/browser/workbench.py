"""The page as a person meets it: what the journeys do and read, by accessible names."""

import re
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, Request, ViewportSize

from tests.browser.open_page import OpenPage
from tests.live_server import LiveServer


class Workbench(OpenPage):
    """One open page with its own storage, and REST beside it for the same session.

    It notes what a good page never does: errors in the console, and requests to other origins.
    """

    def __init__(self, browser: Browser, server: LiveServer, **context_options: Any) -> None:
        self.server = server
        self.context: BrowserContext = browser.new_context(
            base_url=server.origin, **context_options
        )
        self.page = self.context.new_page()
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

    def prepare(self, source: dict[str, Any], command: dict[str, Any] | None = None) -> str:
        """A new session of a spec or an example, at rest after a command; its id.

        A page that finds no recorded iteration has one recorded: so it is waited for.

        Args:
            source: the body of `POST /sessions`.
            command: what it carries out; else it records one iteration.
        """
        opened = self.rest.post("/sessions", json=source).raise_for_status().json()
        path = f"/sessions/{opened['id']}"
        sent = command or {"kind": "record"}
        self.rest.post(f"{path}/commands", json=sent).raise_for_status()

        def is_done() -> bool:
            state = self.rest.get(path).raise_for_status().json()
            return state["phase"] == "ready" and bool(state["iterations_recorded"])

        self.wait_until(is_done, "the command is carried out")
        return opened["id"]

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self.page.set_viewport_size(ViewportSize(width=width, height=height))

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

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _note_stranger(self, request: Request) -> None:
        address = urlsplit(request.url)
        leaves_the_machine = address.scheme in ("http", "https", "ws", "wss")
        if leaves_the_machine and f"{address.scheme}://{address.netloc}" != self.server.origin:
            self.strangers.append(request.url)
