"""Finding tensors in a tape, and choosing them on the page."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.screen_numbers import inspector
from tests.browser.stillness import wait_until_still


def tensor_named(tape: dict[str, Any], name: str) -> dict[str, Any]:
    """The one tensor of that name."""
    (found,) = [each for each in tape["structure"]["tensors"] if each["name"] == name]
    return found


def gradient_of(tape: dict[str, Any], name: str) -> dict[str, Any]:
    """The whole gradient of the tensor of that name."""
    return tape["structure"]["tensors"][tensor_named(tape, name)["gradient"]]


def choose(page: Page, tensor: dict[str, Any]) -> None:
    """Press the tensor's chip on the stage."""
    wait_until_still(page)
    page.locator(f'[data-chip="{tensor["id"]}"]').first.click()


def open_tab(page: Page, name: str) -> None:
    """Open one of the inspector's tabs."""
    inspector(page).get_by_role("tab", name=name).click()
