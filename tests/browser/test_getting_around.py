"""Getting around on the stage: map, keys, fingers, and several things selected together."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect

from tests.browser.screen_numbers import inspector
from tests.browser.stillness import wait_until_still
from tests.browser.tapes import tensor_named
from tests.browser.workbench import Workbench
from tests.live_server import LiveServer


def box_of(element: Locator) -> FloatRect:
    """Where an element lies, once it lies still."""
    wait_until_still(element.page)
    box = element.bounding_box()
    assert box is not None
    return box


def card(bench: Workbench, number: int) -> Locator:
    """A card of those in view, by its key: later others may be in view."""
    key = bench.page.locator("[data-card]").nth(number).get_attribute("data-card")
    return bench.page.locator(f'[data-card="{key}"]')


def test_the_map_appears_once_not_all_is_in_view_and_leads_there(workbench: Workbench) -> None:
    workbench.open()
    shown = workbench.stage.locator(".stage-map")
    expect(shown).to_be_hidden()
    for _ in range(5):
        workbench.press("+")
    expect(shown).to_be_visible()
    window = shown.locator(".stage-map-window")
    area, before = box_of(shown.locator(".stage-map-area")), box_of(window)
    workbench.page.mouse.click(area["x"] + area["width"] - 12, area["y"] + 14)
    after = box_of(window)
    assert after["x"] > before["x"]
    expect(workbench.page.locator(".stage-loss")).to_be_visible()
    workbench.page.mouse.move(area["x"] + area["width"] - 12, area["y"] + 14)
    workbench.page.mouse.down()
    workbench.page.mouse.move(area["x"] + 8, area["y"] + 14, steps=5)
    workbench.page.mouse.up()
    assert box_of(window)["x"] < before["x"]
    assert box_of(card(workbench, 0))["x"] > 0
    workbench.press("0")
    expect(shown).to_be_hidden()


def test_the_map_folds_by_mouse_and_by_key(workbench: Workbench) -> None:
    workbench.open()
    for _ in range(5):
        workbench.press("+")
    fold = workbench.page.get_by_role("button", name="Map of the graph")
    fold.click()
    expect(workbench.stage.locator(".stage-map-area")).to_be_hidden()
    fold.press("Enter")
    expect(workbench.stage.locator(".stage-map-area")).to_be_visible()
    expect(fold).to_have_attribute("aria-expanded", "true")


def test_arrows_with_control_move_the_view(workbench: Workbench) -> None:
    workbench.open()
    moved = card(workbench, 2)
    before = box_of(moved)
    workbench.press("Control+ArrowLeft", "Control+ArrowUp")
    after = box_of(moved)
    assert after["x"] == pytest.approx(before["x"] + 80, abs=1)
    assert after["y"] == pytest.approx(before["y"] + 80, abs=1)
    assert workbench.playhead == 0


def test_the_wheel_zooms_about_the_pointer_and_a_drag_moves(workbench: Workbench) -> None:
    workbench.open()
    middle = card(workbench, 2)
    before = box_of(middle)
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    workbench.page.mouse.move(x, y)
    workbench.page.mouse.wheel(0, -300)
    larger = box_of(middle)
    assert larger["width"] > 1.3 * before["width"]
    assert larger["x"] < x < larger["x"] + larger["width"]
    workbench.page.mouse.down()
    workbench.page.mouse.move(x + 60, y + 20, steps=4)
    workbench.page.mouse.up()
    assert box_of(middle)["x"] == pytest.approx(larger["x"] + 60, abs=2)


def test_shift_adds_to_the_selection_and_the_inspector_compares(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("End")
    card(workbench, 1).click()
    card(workbench, 2).click(modifiers=["Shift"])
    pane = inspector(workbench.page)
    expect(pane.get_by_role("heading", level=2)).to_have_text("2 things")
    expect(pane.get_by_text("In common")).to_contain_text("shape (100, 8)")
    expect(pane.get_by_role("row")).to_have_count(3)
    expect(workbench.page.locator("[data-card].is-selected")).to_have_count(2)
    shown = pane.get_by_role("row", name="fc1").get_by_role("cell").nth(1).inner_text()
    values = tensor_named(workbench.tape(), "fc1")["values"]
    assert float(shown) == pytest.approx(float(np.linalg.norm(values)), rel=5e-3)
    workbench.press("Escape")
    expect(workbench.page.locator(".is-selected")).to_have_count(0)


def test_a_rectangle_drawn_with_shift_selects_what_it_touches(workbench: Workbench) -> None:
    workbench.open()
    first, last = box_of(card(workbench, 1)), box_of(card(workbench, 3))
    workbench.page.keyboard.down("Shift")
    workbench.page.mouse.move(first["x"] - 6, first["y"] - 6)
    workbench.page.mouse.down()
    workbench.page.mouse.move(last["x"] + 20, last["y"] + 20, steps=5)
    expect(workbench.stage.locator(".stage-lasso")).to_be_visible()
    workbench.page.mouse.up()
    workbench.page.keyboard.up("Shift")
    expect(workbench.stage.locator(".stage-lasso")).to_be_hidden()
    expect(inspector(workbench.page).get_by_role("heading", level=2)).to_have_text("3 things")
    assert box_of(card(workbench, 1)) == first


@pytest.fixture
def touched(browser: Browser, live_server: LiveServer) -> Iterator[Workbench]:
    bench = Workbench(browser, live_server, viewport={"width": 390, "height": 844}, has_touch=True)
    yield bench
    bench.close()
    assert bench.complaints == []


def test_two_fingers_zoom_and_one_moves(touched: Workbench) -> None:
    touched.open()
    fingers = touched.context.new_cdp_session(touched.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    pinched = card(touched, 1)
    before = box_of(pinched)
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    touch("touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 9):
        touch("touchMove", (x - 30 - 3 * step, y), (x + 30 + 3 * step, y))
    touch("touchEnd")
    zoomed = box_of(pinched)
    assert zoomed["width"] / before["width"] == pytest.approx((60 + 48) / 60, rel=0.1)
    touch("touchStart", (x, y))
    for step in range(1, 7):
        touch("touchMove", (x, y + 10 * step))
    touch("touchEnd")
    assert box_of(pinched)["y"] == pytest.approx(zoomed["y"] + 60, abs=12)
