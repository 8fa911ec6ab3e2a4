"""Opening the address: a small network is there, recorded."""

import re

from playwright.sync_api import expect

from tests.browser.workbench import Workbench

NUMBER = re.compile(r"\d\.\d")


def test_the_first_paint_is_a_recorded_graph(workbench: Workbench) -> None:
    workbench.open()
    structure = workbench.tape()["structure"]
    assert workbench.stage.get_attribute("data-painted") == structure["hash"]
    assert workbench.read("")["iterations_recorded"] == [0]


def test_the_playhead_stands_at_the_start(workbench: Workbench) -> None:
    workbench.open()
    assert workbench.playhead == 0
    waiting = workbench.page.locator('[data-card][data-state="not-yet"]')
    assert waiting.count() >= len(workbench.read("")["spec"]["network"]["layers"])
    expect(workbench.page.locator('[data-card][data-state="current"]')).to_have_count(0)


def test_every_layer_of_the_default_example_has_a_card(workbench: Workbench) -> None:
    workbench.open()
    for layer in workbench.read("")["spec"]["network"]["layers"]:
        card = workbench.page.locator("[data-card]").filter(has_text=layer["name"])
        expect(card.first).to_be_visible()


def test_no_dialog_stands_in_the_way(workbench: Workbench) -> None:
    workbench.open()
    expect(workbench.page.get_by_role("dialog")).to_have_count(0)
