"""The cards of the closest level, and the sums that they spell out."""

import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.screen_numbers import read_number
from tests.browser.workbench import Workbench


def open_numbers(workbench: Workbench) -> dict[str, Any]:
    """The closest level, reached by its key, as grids; answers the tape."""
    workbench.open()
    workbench.press("4")
    expect(workbench.stage).to_have_attribute("data-level", "numbers")
    # Moons is a small dense network, which begins with its neurons.
    workbench.page.get_by_role("radiogroup", name="Numbers as").get_by_text("grids").click()
    expect(workbench.page.locator(".stage-numbers").first).to_be_visible()
    # Radio buttons keep the arrow keys; they are to step now.
    workbench.page.evaluate("document.activeElement.blur()")
    return workbench.tape()


def stand_at(workbench: Workbench, tape: dict[str, Any], tensor: dict[str, Any]) -> None:
    """Step to where a tensor has just been made: the camera goes there."""
    events = tape["structure"]["events"]
    (made,) = [i for i, event in enumerate(events) if tensor["id"] in event["reveals"]]
    workbench.press("Home", *["ArrowRight"] * (made + 1))
    workbench.wait_until(lambda: workbench.playhead == made + 1, "the playhead")


def product_of(tape: dict[str, Any], name: str) -> dict[str, Any]:
    """The op that made the tensor of that name."""
    (tensor,) = [each for each in tape["structure"]["tensors"] if each["name"] == name]
    return tape["structure"]["ops"][tensor["op"]]


def number_card(workbench: Workbench, op: int, half: str) -> Locator:
    """The card of an op in the forward half, or of its gradient in the backward half."""
    attribute = {"forward": "data-card", "backward": "data-gradient-card"}[half]
    card = workbench.page.locator(f'[{attribute}="op:{op}"]')
    expect(card).to_be_visible()
    workbench.wait_until_still()
    return card


def result_cell(card: Locator, row: int, column: int) -> Locator:
    """A cell in view of the card's result."""
    return (
        card.locator(".stage-grid.is-result")
        .get_by_role("row")
        .nth(row)
        .get_by_role("gridcell")
        .nth(column)
    )


def spelled_sum(card: Locator) -> tuple[list[tuple[float, ...]], float]:
    """The readout as factors of each term, and the number that they are said to make."""
    readout = card.locator(".stage-readout")
    expect(readout).to_contain_text(" = ")
    text = readout.inner_text()
    making, _, made = text.partition(": ")[2].rpartition(" = ")
    # A minus between two terms belongs to the term after it.
    terms = re.split(r" \+ ", re.sub(r" − ", " + −", making))
    return [tuple(read_number(each) for each in term.split(" × ")) for term in terms], read_number(
        made
    )
