"""What if: a layer is cut or frozen, the iteration is recorded again, and changes are listed."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screen_numbers import HALF_A_DIGIT, inspector, read_number
from tests.browser.tapes import choose, gradient_of, tensor_named
from tests.browser.workbench import Workbench

CHANGE = re.compile(r"(?:\[[\d, ]*\] )?(\S+) → (\S+)")


def ask_what_if(workbench: Workbench, layer: str, title: str) -> None:
    """Choose an intervention for the layer that the inspector shows, and wait for the recording."""
    workbench.page.get_by_role("button", name=f"What if, for {layer}").click()
    workbench.page.get_by_role("menuitem", name=title).click()
    expect(in_force(workbench.page)).to_contain_text(layer)


def in_force(page: Page) -> Locator:
    return page.get_by_role("group", name="What if")


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="What differs").locator("tbody tr")


def test_a_cut_gradient_is_listed_with_all_that_it_changes_and_can_be_taken_back(
    workbench: Workbench,
) -> None:
    page = workbench.open().page
    before = workbench.tape()
    choose(page, tensor_named(before, "fc2.weight"))
    ask_what_if(workbench, "fc2", "Cut the gradient")
    expect(rows(page).first).to_be_visible()
    after = workbench.tape()
    assert not any(map(any, gradient_of(after, "fc1.weight")["values"]))
    assert gradient_of(after, "fc3.weight")["values"] == gradient_of(before, "fc3.weight")["values"]

    told = workbench.read("/difference")["tensors"]
    expect(rows(page)).to_have_count(len(told))
    for row, each in zip(rows(page).all(), told, strict=True):
        numbers = CHANGE.search(row.get_by_role("cell").nth(1).inner_text())
        assert numbers
        expected = each["largest"]["before"], each["largest"]["after"]
        shown = read_number(numbers[1]), read_number(numbers[2])
        assert shown == pytest.approx(expected, rel=HALF_A_DIGIT)

    rows(page).get_by_role("button", name="∂loss/∂fc1.weight", exact=True).click()
    expect(inspector(page).get_by_role("heading", level=2)).to_contain_text("fc1.\u200bweight")
    page.get_by_role("button", name="Take back: fc2 gradient cut").click()
    expect(in_force(page)).to_have_count(0)
    workbench.wait_until(lambda: workbench.tape() == before, "the iteration as it was")


def test_a_frozen_layer_wears_a_lock_and_does_not_differ_between_iterations(
    workbench: Workbench,
) -> None:
    page = workbench.open().page
    choose(page, tensor_named(workbench.tape(), "fc2.weight"))
    ask_what_if(workbench, "fc2", "Freeze")
    expect(page.get_by_role("button", name=re.compile("Layer fc2, .*, frozen"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("fc2.weight, .*, frozen"))).to_be_visible()
    expect(page.get_by_text("only before: fc2.weight after the update")).to_be_visible()
    page.get_by_role("button", name="Record next").click()
    page.get_by_label("Compare iteration 1 with").select_option("iteration 0")
    differing = [row.get_by_role("rowheader").inner_text().strip() for row in rows(page).all()]
    expect(rows(page).get_by_role("button", name="fc1.weight", exact=True)).to_be_visible()
    assert not {"fc2.weight", "fc2.bias"} & set(differing)
