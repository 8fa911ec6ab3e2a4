"""Zooming in opens what is under the pointer, down to its numbers; zooming out closes it again."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

NOTCH = 120


def point_at(workbench: Workbench, card: Locator) -> tuple[float, float]:
    """Move the pointer to the middle of a card."""
    box = card.bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    workbench.page.mouse.move(*at)
    return at


def turn_until(workbench: Workbench, step: int, wanted: Locator, count: int) -> None:
    """Turn the wheel notch by notch until so many of these are there."""
    for _ in range(20):
        if wanted.count() == count:
            workbench.wait_until_still()
            return
        workbench.page.mouse.wheel(0, step)
        workbench.wait_until_still()
    expect(wanted).to_have_count(count)


def test_zooming_opens_a_module_then_an_op_and_closes_them_again(workbench: Workbench) -> None:
    workbench.open()
    page = workbench.page
    closed = page.locator('[data-card="call:0"]')
    op = page.locator('[data-card^="op:"]')
    numbers = page.locator("[data-card].stage-numbers")
    at = point_at(workbench, closed)
    turn_until(workbench, -NOTCH, closed, 0)
    frame = page.locator(".stage-frame-title--forward, .stage-frame-title").first
    expect(frame).to_be_visible()
    assert op.count() >= 2
    turn_until(workbench, -NOTCH, numbers, 1)
    # The pointer has not moved, and is still where it pointed.
    box = numbers.bounding_box()
    assert box is not None
    assert box["x"] - 150 <= at[0] <= box["x"] + box["width"] + 150
    turn_until(workbench, NOTCH, numbers, 0)
    turn_until(workbench, NOTCH, op, 0)


def test_the_point_under_the_pointer_stays_where_it_is(workbench: Workbench) -> None:
    workbench.open()
    page = workbench.page
    card = page.locator('[data-card="call:2"]')
    before = card.bounding_box()
    assert before is not None
    x = round(before["x"] + 0.7 * before["width"])  # the wheel's place is in whole pixels
    share = (x - before["x"]) / before["width"]
    page.mouse.move(x, before["y"] + before["height"] / 2)
    # tanh1 holds one op: it opens to its numbers at once.
    turn_until(workbench, -NOTCH, page.locator("[data-card].stage-numbers"), 1)
    after = page.locator("[data-card].stage-numbers").bounding_box()
    assert after is not None
    assert after["x"] + share * after["width"] == pytest.approx(x, abs=2)
    assert after["width"] > before["width"]


def test_nothing_flickers_at_a_threshold(workbench: Workbench) -> None:
    workbench.open()
    page = workbench.page
    numbers = page.locator("[data-card].stage-numbers")
    point_at(workbench, page.locator('[data-card="call:2"]'))
    turn_until(workbench, -NOTCH, numbers, 1)
    for step in (NOTCH, -NOTCH) * 4:
        page.mouse.wheel(0, step)
        workbench.wait_until_still()
        assert numbers.count() == 1


def test_what_was_opened_by_hand_stays_open(workbench: Workbench) -> None:
    workbench.open()
    page = workbench.page
    page.locator('[data-card="call:0"]').dblclick()
    op = page.locator('[data-card="op:1"]')
    expect(op).to_be_visible()
    workbench.wait_until_still()
    point_at(workbench, op)
    for _ in range(3):
        page.mouse.wheel(0, NOTCH)
        workbench.wait_until_still()
    expect(page.locator('[data-card="call:0"]')).to_have_count(0)


def test_without_motion_levels_are_crossed_at_once(
    browser: Browser, live_server: LiveServer
) -> None:
    still = Workbench(browser, live_server, reduced_motion="reduce")
    try:
        still.open()
        numbers = still.page.locator("[data-card].stage-numbers")
        point_at(still, still.page.locator('[data-card="call:2"]'))
        turn_until(still, -NOTCH, numbers, 1)
        assert still.complaints == []
    finally:
        still.close()
