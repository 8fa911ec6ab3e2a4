"""Stepping through the tape: what the screen says is what REST says of the same tensors."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen_numbers import (
    HALF_A_DIGIT,
    assert_shown,
    inspector,
    number_grid,
    read_number,
)
from tests.browser.tapes import choose, gradient_of, open_tab, tensor_named
from tests.browser.workbench import Workbench


def test_the_arrow_keys_step_through_every_event_and_back(workbench: Workbench) -> None:
    workbench.open()
    events = len(workbench.tape()["structure"]["events"])
    for position in range(1, events + 1):
        workbench.press("ArrowRight")
        workbench.wait_until(lambda at=position: workbench.playhead == at, f"event {position}")
    workbench.press("ArrowRight")
    assert workbench.playhead == events
    for position in range(events - 1, -1, -1):
        workbench.press("ArrowLeft")
        workbench.wait_until(lambda at=position: workbench.playhead == at, f"event {position}")


def test_every_forward_step_shows_the_numbers_that_its_op_computed(workbench: Workbench) -> None:
    workbench.open()
    tape = workbench.tape()
    ops, tensors = tape["structure"]["ops"], tape["structure"]["tensors"]
    forward = [event for event in tape["structure"]["events"] if event["kind"] == "forward_op"]
    assert len(forward) >= 5
    for event in forward:
        workbench.press("ArrowRight")
        position = event["sequence"] + 1
        workbench.wait_until(lambda at=position: workbench.playhead == at, f"event {position}")
        expect(inspector(workbench.page)).to_contain_text(f"Event {position}")
        result = tensors[ops[event["subject"]]["results"][-1]]
        assert_shown(number_grid(workbench.page), result["values"])


def test_the_gradient_of_a_weight_is_not_yet_there_and_then_is_what_rest_says(
    workbench: Workbench,
) -> None:
    workbench.open()
    tape = workbench.tape()
    weight = tensor_named(tape, "fc1.weight")
    choose(workbench.page, weight)
    assert_shown(number_grid(workbench.page), weight["values"])
    open_tab(workbench.page, "Gradient")
    expect(inspector(workbench.page)).to_contain_text("Not yet")
    workbench.page.get_by_role("button", name="To the end").click()
    assert_shown(number_grid(workbench.page), gradient_of(tape, "fc1.weight")["values"])


@pytest.mark.parametrize("name", ["fc1.bias", "fc2.weight", "fc3.bias"])
def test_parameters_and_their_gradients_are_what_rest_says(workbench: Workbench, name: str) -> None:
    workbench.open()
    workbench.press("End")
    tape = workbench.tape()
    choose(workbench.page, tensor_named(tape, name))
    assert_shown(number_grid(workbench.page), tensor_named(tape, name)["values"])
    open_tab(workbench.page, "Gradient")
    assert_shown(number_grid(workbench.page), gradient_of(tape, name)["values"])


def test_the_loss_on_the_stage_is_the_loss_of_the_tape(workbench: Workbench) -> None:
    workbench.resize(1920, 1080)  # wide enough for the loss to be in view
    workbench.open()
    workbench.press("End")
    card = workbench.page.locator("[data-card]").filter(has_text="loss").first
    expect(card).to_be_visible()
    shown = [word for word in card.inner_text().split() if word[0].isdigit()]
    loss = workbench.tape()["frame"]["loss"]
    assert [read_number(word) for word in shown] == [pytest.approx(loss, rel=HALF_A_DIGIT)]


def test_cards_wait_run_and_are_done(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("ArrowRight")
    current = workbench.page.locator('[data-card][data-state="current"]')
    expect(current).to_have_count(1)
    workbench.press("End")
    expect(workbench.page.locator('[data-card][data-state="not-yet"]')).to_have_count(0)


def test_a_step_back_takes_the_gradients_away_again(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("End")
    done = workbench.page.locator('[data-gradient-card][data-state="done"]')
    expect(done.first).to_be_visible()
    workbench.press("Home")
    expect(done).to_have_count(0)
