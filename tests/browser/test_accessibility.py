"""The page for those who do not see it, or not well: the keyboard, and what axe-core finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from gradtape.engine.experiment import Experiment
from gradtape.exports.replay_composition import replay_experiment
from gradtape.spec import examples
from tests.browser.axe import serious_findings
from tests.browser.open_page import OpenPage
from tests.browser.open_replay import OpenReplay
from tests.browser.screen_numbers import inspector
from tests.browser.tapes import gradient_of
from tests.browser.test_screenshots import SIZES
from tests.browser.test_training import is_at_rest, set_iterations, train
from tests.browser.workbench import Workbench
from tests.exports.replays import write_replay
from tests.live_server import LiveServer

THEMES = ["light", "dark", "projector"]


def said(on: OpenPage) -> Locator:
    """What a screen reader is told of the graph."""
    return on.stage.get_by_role("status")


def test_a_gradient_is_followed_from_the_loss_to_the_first_layer_by_keyboard(
    workbench: Workbench,
) -> None:
    workbench.open()
    tape = workbench.tape()
    workbench.press("End")
    workbench.tab_to_graph()
    expect(workbench.page.get_by_role("application", name="Graph of the tape")).to_be_focused()
    workbench.press("End")
    expect(said(workbench)).to_contain_text(f"value {tape['frame']['loss']:.4f}")
    workbench.press("ArrowRight")  # the turn
    expect(said(workbench)).to_contain_text("Gradient of")
    expect(said(workbench)).to_contain_text("gradient norm 1")
    for layer in ("fc3", "tanh2", "fc2", "tanh1", "fc1"):
        workbench.press("ArrowLeft")
        expect(said(workbench)).to_contain_text(f"Gradient of {layer},")
    workbench.press("ArrowLeft", "ArrowDown")
    expect(said(workbench)).to_contain_text("Gradient of fc1.weight")
    heading = inspector(workbench.page).get_by_role("heading", level=2)
    expect(heading).to_have_text("∂loss/∂fc1.​weight")
    assert gradient_of(tape, "fc1.weight")["shape"] == [8, 2]
    expect(said(workbench)).to_contain_text("shape 8 by 2, gradient norm")
    workbench.press("ArrowUp", "ArrowUp")
    expect(said(workbench)).to_contain_text("no gradient: ")


def test_the_graph_is_one_stop_of_the_tab_key_and_shows_where_one_stands(
    workbench: Workbench,
) -> None:
    workbench.open()
    workbench.tab_to_graph()
    ring = workbench.stage.locator(".stage-ring")
    expect(ring).to_be_visible()
    workbench.press("ArrowRight")
    box, card = (
        ring.bounding_box(),
        workbench.page.locator("[data-card].is-selected").bounding_box(),
    )
    assert box is not None
    assert card is not None
    assert box["x"] == pytest.approx(card["x"], abs=2)
    workbench.press("Tab")
    assert workbench.page.evaluate("document.activeElement.closest('[data-card]')") is None
    expect(ring).to_be_hidden()


def test_enter_opens_a_group_and_escape_closes_it_and_then_leaves(workbench: Workbench) -> None:
    workbench.open()
    workbench.tab_to_graph()
    workbench.press("ArrowRight")
    expect(said(workbench)).to_contain_text("a group, Enter opens it")
    workbench.press("Enter")
    frame = workbench.page.locator("[data-frame]").first
    expect(frame).to_be_visible()
    expect(workbench.page.locator('[data-card^="op:"].is-selected')).to_have_count(1)
    workbench.press("Escape")
    expect(frame).to_be_hidden()
    expect(said(workbench)).to_contain_text("fc1, linear")
    workbench.press("Escape")
    expect(said(workbench)).to_contain_text("Left the graph")
    before = workbench.playhead
    workbench.press("ArrowRight")
    workbench.wait_until(lambda: workbench.playhead == before + 1, "the arrow steps the tape again")


def test_after_a_click_the_arrow_keys_stay_the_transports(workbench: Workbench) -> None:
    workbench.open()
    workbench.page.locator("[data-card]").nth(1).click()
    workbench.press("ArrowRight", "ArrowRight")
    workbench.wait_until(lambda: workbench.playhead == 2, "two events")
    expect(workbench.stage.locator(".stage-ring")).to_be_hidden()


def choose_theme(on: OpenPage, theme: str) -> None:
    """Press the theme's button until it is this one."""
    button = on.page.get_by_role("button", name="Theme")
    more = on.page.get_by_role("button", name="More")
    if not button.is_visible():
        more.click()
    for _ in THEMES:
        if on.page.locator("html").get_attribute("data-theme") == theme:
            break
        button.click()
    if more.is_visible() and more.get_attribute("aria-expanded") == "true":
        on.press("Escape")
    expect(on.page.locator("html")).to_have_attribute("data-theme", theme)


def assert_accessible(on: OpenPage, view: str) -> None:
    on.page.wait_for_timeout(350)  # what fades in has arrived
    assert serious_findings(on.page) == [], view


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[Workbench]:
    width, height = request.param
    bench = Workbench(
        browser, live_server, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    yield bench
    bench.close()
    assert bench.complaints == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_on_the_workbench(sized: Workbench, theme: str) -> None:
    sized.open()
    choose_theme(sized, theme)
    assert_accessible(sized, "the start")
    sized.press("End")
    assert_accessible(sized, "the end")
    for dialog, key in (("Keyboard", "?"), ("Search the graph", "/")):
        sized.press(key)
        expect(sized.page.get_by_role("dialog", name=dialog)).to_be_visible()
        assert_accessible(sized, dialog)
        sized.press("Escape")
        expect(sized.page.get_by_role("dialog", name=dialog)).to_have_count(0)
    for menu in ("Examples", "Export", "More"):
        button = sized.page.get_by_role("button", name=menu, exact=True)
        if not button.is_visible():
            continue
        button.click()
        assert_accessible(sized, menu)
        sized.press("Escape")


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_in_the_inspector(workbench: Workbench, theme: str) -> None:
    workbench.open()
    choose_theme(workbench, theme)
    workbench.press("End")
    workbench.page.locator("[data-card]").nth(1).click()
    for tab in ("Value", "Gradient", "Details"):
        inspector(workbench.page).get_by_role("tab", name=tab).click()
        assert_accessible(workbench, tab)
    workbench.page.locator("[data-card]").nth(2).click(modifiers=["Shift"])
    assert_accessible(workbench, "several")
    workbench.press("+", "+", "+")
    expect(workbench.page.get_by_role("button", name="Map of the graph")).to_be_visible()
    assert_accessible(workbench, "the map")
    workbench.page.get_by_role("tab", name="Data & training").click()
    assert_accessible(workbench, "the training's recipe")
    workbench.page.get_by_role("tab", name="Network").click()
    workbench.page.get_by_role("button", name="fc1").first.click()
    assert_accessible(workbench, "a layer's form")


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_in_any_pane_of_the_dock(
    workbench: Workbench, theme: str
) -> None:
    workbench.open()
    choose_theme(workbench, theme)
    set_iterations(workbench, 60)
    train(workbench)
    workbench.wait_until(lambda: is_at_rest(workbench, 61), "the end of training")
    dock = workbench.page.get_by_role("region", name="Curves")
    for tab in dock.get_by_role("tab").all():
        tab.click()
        assert_accessible(workbench, tab.inner_text())
    dock.get_by_role("tab", name="Landscape").click()
    dock.get_by_role("button", name="Compute the landscape").click()
    expect(dock.get_by_text("around iteration 61")).to_be_visible()
    assert_accessible(workbench, "a landscape")
    dock.get_by_role("tab", name="Runs").click()
    dock.get_by_role("button", name="Add a copy").click()
    expect(dock.get_by_role("table", name="Runs").locator("tbody tr")).to_have_count(2)
    assert_accessible(workbench, "two runs")


@pytest.fixture
def replay(browser: Browser, tmp_path: Path) -> Iterator[OpenReplay]:
    experiment = Experiment(examples()["moons"].spec.model_copy(update={"device": "cpu"}))
    experiment.record_iteration()
    file = tmp_path / "moons.html"
    file.write_bytes(write_replay(replay_experiment(experiment)))
    opened = OpenReplay(browser, file, viewport={"width": 1280, "height": 720})
    yield opened
    opened.close()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious_on_a_replay(replay: OpenReplay, theme: str) -> None:
    replay.open()
    choose_theme(replay, theme)
    replay.press("End")
    assert_accessible(replay, "the end")
    replay.press("/")
    assert_accessible(replay, "the search")
