"""The closest level: numbers on cards, how they were made, and that they are REST's."""

import math
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.flow_specs import open_recorded, wide
from tests.browser.number_cards import (
    number_card,
    open_numbers,
    product_of,
    result_cell,
    spelled_sum,
    stand_at,
)
from tests.browser.screen_numbers import HALF_A_DIGIT, read_number
from tests.browser.tapes import gradient_of, tensor_named
from tests.browser.workbench import Workbench

ROW, COLUMN = 3, 5
IN_A_CELL = 0.05  # a cell may have room for two significant digits only; relative


def exact(workbench: Workbench, tensor: dict[str, Any], place: str) -> Any:
    """What REST says of a part of a tensor."""
    return workbench.read(f"/tensors/{tensor['id']}/values", slice=place)["values"]


def assert_spelled(card: Locator, value: float) -> None:
    """The readout tells this number, and its terms make it up, rounding aside."""
    terms, made = spelled_sum(card)
    assert made == pytest.approx(value, rel=HALF_A_DIGIT)
    products = [math.prod(term) for term in terms]
    rounding = 3 * HALF_A_DIGIT * sum(map(abs, products))
    assert math.fsum(products) == pytest.approx(made, abs=rounding)


def test_pointing_at_a_product_shows_what_rest_says_and_spells_its_sum(
    workbench: Workbench,
) -> None:
    tape = open_numbers(workbench)
    fc2 = tensor_named(tape, "fc2")
    stand_at(workbench, tape, fc2)
    card = number_card(workbench, product_of(tape, "fc2")["id"], "forward")
    cell = result_cell(card, ROW, COLUMN)
    cell.hover()
    value = exact(workbench, fc2, f"{ROW},{COLUMN}")
    assert read_number(cell.inner_text()) == pytest.approx(value, rel=IN_A_CELL)
    assert_spelled(card, value)
    # Eight numbers of the row, eight of the column, one of the bias.
    expect(card.locator('[data-mark="source"]')).to_have_count(17)
    row = exact(workbench, tensor_named(tape, "tanh1"), f"{ROW},:")
    weights = exact(workbench, tensor_named(tape, "fc2.weight"), f"{COLUMN},:")
    terms, _ = spelled_sum(card)
    for term, left, right in zip(terms, row, weights, strict=False):
        assert term == pytest.approx((left, right), rel=HALF_A_DIGIT)


def test_a_gradient_that_a_product_made_is_rests_and_is_spelled_too(workbench: Workbench) -> None:
    tape = open_numbers(workbench)
    # The tick after: the camera stands at the card whose gradient has arrived.
    stand_at(workbench, tape, gradient_of(tape, "fc1"))
    card = number_card(workbench, product_of(tape, "tanh1")["id"], "backward")
    cell = result_cell(card, ROW, COLUMN)
    cell.hover()
    value = exact(workbench, gradient_of(tape, "tanh1"), f"{ROW},{COLUMN}")
    assert read_number(cell.inner_text()) == pytest.approx(value, rel=IN_A_CELL)
    assert_spelled(card, value)


def test_a_sum_too_long_for_the_tape_is_spelled_from_what_rest_says(workbench: Workbench) -> None:
    open_recorded(workbench, wide())
    tape = workbench.tape()
    workbench.press("4")
    out = tensor_named(tape, "fc2")
    stand_at(workbench, tape, out)
    card = number_card(workbench, product_of(tape, "fc2")["id"], "forward")
    result_cell(card, 1, 2).hover()
    # The tape keeps an even sample of the numbers.
    slot = tape["structure"]["slots"][out["slot"]]
    row, column = slot["steps"][0], 2 * slot["steps"][1]
    expect(card.locator(".stage-readout")).to_contain_text(f"fc2[{row}, {column}]: ")
    expect(card.locator(".stage-readout")).to_contain_text("… 288 more")
    lefts = exact(workbench, tensor_named(tape, "tanh"), f"{row},:12")
    rights = exact(workbench, tensor_named(tape, "fc2.weight"), f"{column},:12")
    text = card.locator(".stage-readout").inner_text().partition(": ")[2].partition(" + …")[0]
    terms = re.split(r" \+ ", re.sub(r" − ", " + −", text))
    for term, *factors in zip(terms, lefts, rights, strict=True):
        told = [read_number(each) for each in term.split(" × ")]
        assert told == pytest.approx(factors, rel=HALF_A_DIGIT)


def test_a_value_and_its_gradient_light_up_together(workbench: Workbench) -> None:
    tape = open_numbers(workbench)
    stand_at(workbench, tape, gradient_of(tape, "tanh2"))
    op = product_of(tape, "tanh2")["id"]
    # The camera stands at the node that has just run; the search flies to the value.
    workbench.search_for("tanh2")
    workbench.press("Enter")
    card = number_card(workbench, op, "forward")
    result_cell(card, ROW, COLUMN).hover()
    gradient = workbench.page.locator(f'[data-gradient-card="op:{op}"]')
    same = gradient.locator(".is-result [data-mark]")
    expect(same).to_have_count(1)
    expect(result_cell(gradient, ROW, COLUMN)).to_have_attribute("data-mark", "same")
    # The operand's number at the same place is its partner.
    partner = card.locator('.stage-grid:not(.is-result) [data-mark="source"]')
    expect(partner).to_have_count(1)
    workbench.page.mouse.move(2, 2)
    expect(workbench.page.locator("[data-mark]")).to_have_count(0)


def test_numbers_appear_only_up_to_the_playhead(workbench: Workbench) -> None:
    tape = open_numbers(workbench)
    stand_at(workbench, tape, tensor_named(tape, "fc1"))
    op = product_of(tape, "fc1")["id"]
    card = number_card(workbench, op, "forward")
    expect(result_cell(card, 0, 0)).not_to_have_text("")
    workbench.press("ArrowLeft")
    expect(result_cell(card, 0, 0)).to_have_text("")
    expect(card.locator(".stage-readout")).to_have_text("not yet")


def test_the_closest_level_can_be_read_by_keyboard_alone(workbench: Workbench) -> None:
    tape = open_numbers(workbench)
    stand_at(workbench, tape, tensor_named(tape, "fc1"))
    card = number_card(workbench, product_of(tape, "fc1")["id"], "forward")
    stage = workbench.page.locator("[data-painted]")
    for _ in range(60):
        workbench.press("Tab")
        if stage.evaluate("stage => stage === document.activeElement"):
            break
    # The walk begins where the tape stands, and Tab goes on to the numbers there.
    workbench.press("Tab")
    expect(card.get_by_role("grid", name="Numbers of fc1", exact=True)).to_be_focused()
    at = workbench.playhead
    # Beyond the eight rows in view: the grid scrolls along.
    workbench.press(*["ArrowDown"] * 9, *["ArrowRight"] * 2)
    expect(card.locator(".stage-readout")).to_contain_text("fc1[9, 2]: ")
    assert workbench.playhead == at
    value = exact(workbench, tensor_named(tape, "fc1"), "9,2")
    assert_spelled(card, value)
    pointed = card.locator('.is-result [data-mark="pointed"]')
    assert read_number(pointed.inner_text()) == pytest.approx(value, rel=IN_A_CELL)
    expect(card.get_by_text("rows 2–9 of 100")).to_be_visible()
