"""Changing one number: the iteration is recorded again, and everything behind it changes."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen_numbers import assert_shown, inspector, number_grid
from tests.browser.tapes import choose, open_tab, tensor_named
from tests.browser.workbench import Workbench


def test_an_edited_weight_ripples_through_the_tape(workbench: Workbench) -> None:
    workbench.open()
    before = workbench.tape()
    choose(workbench.page, tensor_named(before, "fc1.weight"))
    cell = number_grid(workbench.page).get_by_role("gridcell").first
    cell.dblclick()
    field = inspector(workbench.page).get_by_role("textbox", name="New value")
    field.fill("2.5")
    field.press("Enter")
    workbench.wait_until(
        lambda: tensor_named(workbench.tape(), "fc1.weight")["values"][0][0] == 2.5,
        "the tape has the new number",
    )
    after = workbench.tape()
    assert after["frame"]["iteration"] == before["frame"]["iteration"] == 0
    assert after["frame"]["loss"] != before["frame"]["loss"]
    expect(number_grid(workbench.page).get_by_role("gridcell").first).to_have_text("2.500")
    assert_shown(number_grid(workbench.page), tensor_named(after, "fc1.weight")["values"])


def test_the_curve_tells_the_loss_of_the_edited_iteration(workbench: Workbench) -> None:
    workbench.open()
    choose(workbench.page, tensor_named(workbench.tape(), "fc3.bias"))
    number_grid(workbench.page).get_by_role("gridcell").first.dblclick()
    field = inspector(workbench.page).get_by_role("textbox", name="New value")
    field.fill("-4")
    field.press("Enter")
    workbench.wait_until(
        lambda: tensor_named(workbench.tape(), "fc3.bias")["values"] == [-4], "the new bias"
    )
    loss = workbench.tape()["frame"]["loss"]
    assert workbench.read("/metrics")["loss"] == [pytest.approx(loss)]
    expect(workbench.page.get_by_label("Latest loss")).to_have_text(f"{loss:.3f}")


def test_what_is_no_number_is_refused_with_a_message(workbench: Workbench) -> None:
    workbench.open()
    before = workbench.tape()
    choose(workbench.page, tensor_named(before, "fc1.weight"))
    number_grid(workbench.page).get_by_role("gridcell").first.dblclick()
    field = inspector(workbench.page).get_by_role("textbox", name="New value")
    field.fill("fast")
    field.press("Enter")
    expect(workbench.page.get_by_text('"fast" is not a number')).to_be_visible()
    assert workbench.tape() == before


def test_a_result_cannot_be_edited(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("End")
    choose(workbench.page, tensor_named(workbench.tape(), "fc1.weight"))
    open_tab(workbench.page, "Gradient")
    number_grid(workbench.page).get_by_role("gridcell").first.dblclick()
    field = inspector(workbench.page).get_by_role("textbox", name="New value")
    expect(field).to_have_count(0)
