"""A page with a stage, as a person meets it: what journeys do and read on any of them."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.stillness import wait_until_still

FIRST_PAINT_MILLISECONDS = 60_000  # for a machine that is busy with other things


class OpenPage:
    """What the workbench and a replay have in common."""

    page: Page

    def wait_until_painted(self) -> None:
        """A graph is on the stage."""
        self.page.wait_for_selector("[data-painted]", timeout=FIRST_PAINT_MILLISECONDS)

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

    def tab_to_graph(self) -> None:
        """Press Tab until the graph has the focus, as somebody without a mouse does."""
        for _ in range(60):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.matches('[data-painted]')"):
                return
        raise AssertionError("the Tab key never comes to the graph")

    def wait_until_still(self) -> None:
        """Nothing on the stage moves any more."""
        wait_until_still(self.page)

    def search_for(self, query: str) -> Locator:
        """Open the search by its key and type; answers its dialog."""
        self.press("Control+k")
        dialog = self.page.get_by_role("dialog", name="Search the graph")
        expect(dialog).to_be_visible()
        dialog.get_by_role("combobox").fill(query)
        return dialog

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Look again until something holds."""
        for _ in range(int(seconds / 0.05)):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not within {seconds:.0f} s: {what}")
