"""Search over the stage: what is found, how it is chosen, and that the camera is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from gradtape.engine.experiment import Experiment
from gradtape.exports.replay_composition import replay_experiment
from gradtape.spec import examples
from tests.browser.open_page import OpenPage
from tests.browser.open_replay import OpenReplay
from tests.browser.screen_numbers import inspector
from tests.browser.workbench import Workbench
from tests.exports.replays import write_replay


def is_in_view(on: OpenPage, card: Locator) -> bool:
    """Whether an element lies within the stage, and can be read."""
    box, stage = card.bounding_box(), on.stage.bounding_box()
    if box is None or stage is None:
        return False
    inside = box["x"] >= stage["x"] and box["x"] + box["width"] <= stage["x"] + stage["width"]
    return inside and box["y"] >= stage["y"] and box["width"] > 60


def test_an_op_inside_a_closed_layer_is_found_opened_and_flown_to(workbench: Workbench) -> None:
    workbench.open()
    ops = workbench.tape()["structure"]["ops"]
    wanted = [op["id"] for op in ops if op["name"] == "aten.addmm" and op["phase"] == "forward"][-1]
    card = workbench.page.locator(f'[data-card="op:{wanted}"]')
    expect(card).to_have_count(0)
    dialog = workbench.search_for("addmm")
    options = dialog.get_by_role("option")
    found = dialog.get_by_role("group", name="Operations").get_by_role("option")
    for _ in range(found.count() - 1):
        workbench.press("ArrowDown")
    selected = dialog.get_by_role("option", selected=True)
    name = selected.locator(".name").inner_text()
    assert options.count() >= found.count()
    workbench.press("Enter")
    expect(dialog).to_be_hidden()
    expect(card).to_have_class("stage-card stage-card--forward stage-card--card is-selected")
    workbench.wait_until(lambda: is_in_view(workbench, card), "the op is in view")
    expect(inspector(workbench.page).get_by_role("heading", level=2)).to_have_text(name)
    assert workbench.page.evaluate("document.activeElement.matches('[data-painted]')")


def is_moved_to_the_end(bench: Workbench) -> bool:
    bench.press("End")
    return bench.playhead > 0


def test_a_preview_tells_shape_and_norm_as_far_as_the_tape_has_run(workbench: Workbench) -> None:
    workbench.open()
    shape = next(
        each["shape"]
        for each in workbench.tape()["structure"]["tensors"]
        if each["name"] == "fc1.weight"
    )
    dialog = workbench.search_for("fc1.weight")
    parameter = dialog.get_by_role("group", name="Parameters and inputs").get_by_role("option")
    expect(parameter).to_contain_text("×".join(map(str, shape)))
    gradient = dialog.get_by_role("group", name="Gradients").get_by_role("option")
    expect(gradient).to_contain_text("not yet")
    workbench.press("Escape")
    expect(dialog).to_have_count(0)
    # A key that comes while the dialog is still closing belongs to the dialog.
    workbench.wait_until(lambda: is_moved_to_the_end(workbench), "the end of the tape")
    expect(workbench.search_for("grad fc1.weight").get_by_role("option").first).to_contain_text(
        "norm "
    )


def test_a_mistyped_name_is_forgiven_and_nonsense_is_told(workbench: Workbench) -> None:
    workbench.open()
    dialog = workbench.search_for("wieght")
    expect(dialog).to_contain_text("Nothing is spelled so. Found for weight")
    expect(dialog.get_by_role("option").first).to_contain_text("weight")
    dialog.get_by_role("combobox").fill("transmogrify")
    expect(dialog).to_contain_text("Nothing on this tape is called transmogrify")
    expect(dialog.get_by_role("option")).to_have_count(0)
    workbench.press("Enter")
    expect(dialog).to_be_visible()


def test_the_slash_opens_it_too_and_a_click_chooses(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("/")
    dialog = workbench.page.get_by_role("dialog", name="Search the graph")
    dialog.get_by_role("option").first.click()
    expect(dialog).to_be_hidden()
    expect(workbench.page.locator("[data-card].is-selected")).to_have_count(1)


def test_while_a_name_is_typed_the_slash_is_a_slash(workbench: Workbench) -> None:
    workbench.open()
    name = workbench.page.get_by_role("textbox", name="Name of the spec")
    name.fill("")
    name.press_sequentially("a/b")
    expect(name).to_have_value("a/b")
    expect(workbench.page.get_by_role("dialog", name="Search the graph")).to_have_count(0)
    name.press("Control+k")
    expect(workbench.page.get_by_role("dialog", name="Search the graph")).to_be_visible()


@pytest.fixture
def replay(browser: Browser, tmp_path: Path) -> Iterator[OpenReplay]:
    experiment = Experiment(examples()["moons"].spec.model_copy(update={"device": "cpu"}))
    experiment.record_iteration()
    file = tmp_path / "moons.html"
    file.write_bytes(write_replay(replay_experiment(experiment)))
    opened = OpenReplay(browser, file, viewport={"width": 390, "height": 844})
    yield opened
    opened.close()


def test_a_replay_is_searched_on_a_narrow_screen(replay: OpenReplay) -> None:
    replay.open()
    dialog = replay.search_for("fc2 addmm")
    expect(dialog.get_by_role("option").first).to_contain_text("fc2")
    replay.press("Enter")
    card = replay.page.locator("[data-card].is-selected")
    expect(card).to_contain_text("addmm")
    replay.wait_until(lambda: is_in_view(replay, card), "the op is in view")
