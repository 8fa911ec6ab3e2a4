"""Ways of looking: levels, themes, help, playing."""

import re

from playwright.sync_api import expect

from tests.browser.workbench import Workbench


def test_levels_show_modules_calls_and_ops(workbench: Workbench) -> None:
    workbench.open()
    cards = workbench.page.locator("[data-card]")
    for level, key in (("op", "op:"), ("call", "call:"), ("module", "call:")):
        workbench.page.get_by_role("radiogroup", name="Level").get_by_text(level).click()
        expect(workbench.stage).to_have_attribute("data-level", level)
        expect(workbench.page.locator(f'[data-card^="{key}"]').first).to_be_visible()
        assert cards.count() >= 3


def test_the_theme_goes_round_and_is_kept(workbench: Workbench) -> None:
    workbench.open()
    theme = workbench.page.locator("html")
    button = workbench.page.get_by_role("button", name=re.compile("^Theme:"))
    seen = set()
    for _ in range(4):
        button.click()
        seen.add(theme.get_attribute("data-theme"))
    assert seen == {"light", "dark", "projector"}
    while theme.get_attribute("data-theme") != "dark":
        button.click()
    workbench.page.reload()
    workbench.wait_until_painted()
    expect(theme).to_have_attribute("data-theme", "dark")


def test_keyboard_help_opens_and_closes(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("?")
    dialog = workbench.page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    workbench.press("Escape")
    expect(dialog).to_be_hidden()


def test_playing_runs_through_the_tape_and_stops_at_its_end(workbench: Workbench) -> None:
    workbench.open()
    events = len(workbench.tape()["structure"]["events"])
    workbench.page.get_by_role("combobox", name="Speed").select_option("16")
    workbench.press("Space")
    workbench.wait_until(lambda: workbench.playhead == events, "the end of the tape")
    expect(workbench.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
