"""Pictures of the function: the surface follows training, and the landscape leads back in time."""

import re
from base64 import b64decode
from struct import unpack
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.screen_numbers import HALF_A_DIGIT, read_number
from tests.browser.test_training import set_iterations, train
from tests.browser.workbench import Workbench

TOLD = re.compile(r"\((?P<x>.+), (?P<y>.+)\) → (?P<what>\w+) (?P<value>.+)")


def open_pane(bench: Workbench, name: str) -> Locator:
    bench.page.get_by_role("tab", name=name).click()
    return bench.page.get_by_role("tabpanel", name=name)


def is_done(bench: Workbench, iteration: int) -> bool:
    state = bench.read("")
    return state["phase"] == "ready" and state["iteration"] >= iteration


def train_to(bench: Workbench, iteration: int) -> None:
    train(bench)
    bench.wait_until(lambda: is_done(bench, iteration), f"{iteration} iterations")


def value_near(surface: dict[str, Any], x: float, y: float) -> float:
    numbers = unpack(f"<{surface['axes'][0]['count'] ** 2}f", b64decode(surface["values"]))
    columns = surface["axes"][0]["count"]

    def index(axis: dict[str, Any], value: float) -> int:
        return round((value - axis["low"]) / (axis["high"] - axis["low"]) * (axis["count"] - 1))

    return numbers[index(surface["axes"][1], y) * columns + index(surface["axes"][0], x)]


def test_the_surface_follows_training_and_tells_what_is_pointed_at(workbench: Workbench) -> None:
    workbench.open()
    set_iterations(workbench, 300)
    pane = open_pane(workbench, "Predictions")
    picture = pane.get_by_role("img", name="What the network gives over its two inputs")
    expect(picture).to_be_visible()
    train_to(workbench, 301)
    reached = workbench.read("")["iteration"]
    expect(pane.locator(f'[data-iteration="{reached}"]')).to_be_visible()
    picture.hover()
    told = TOLD.match(pane.get_by_role("status").inner_text())
    assert told is not None
    x, y, value = (read_number(told[part]) for part in ("x", "y", "value"))
    expected = value_near(workbench.read("/surface"), x, y)
    assert abs(value - expected) <= max(5e-4, HALF_A_DIGIT * abs(expected))


def test_beside_the_curves_a_small_surface_follows_training_and_leads_to_the_large_one(
    workbench: Workbench,
) -> None:
    workbench.open()
    set_iterations(workbench, 300)
    open_pane(workbench, "Curves")
    train_to(workbench, 301)
    reached = workbench.read("")["iteration"]
    expect(workbench.page.locator(f'figure[data-iteration="{reached}"] canvas')).to_be_visible()
    workbench.page.get_by_role("button", name="Show the predictions").click()
    pane = workbench.page.get_by_role("tabpanel", name="Predictions")
    expect(pane.locator(f'[data-iteration="{reached}"]')).to_be_visible()


def open_landscape(workbench: Workbench) -> tuple[Locator, list[int]]:
    """The contour of a landscape around a trained network, and the iterations on its path."""
    workbench.open()
    set_iterations(workbench, 300)
    train_to(workbench, 301)
    workbench.press("Home")
    workbench.page.get_by_role("combobox", name="Iteration").select_option("0")
    pane = open_pane(workbench, "Landscape")
    pane.get_by_role("button", name="Compute the landscape").click()
    contour = pane.get_by_role("img", name="Contour of the loss")
    expect(contour).to_be_visible()
    return contour, workbench.read("")["iterations_recorded"]


def test_a_landscape_is_computed_and_a_point_of_its_path_travels(workbench: Workbench) -> None:
    contour, recorded = open_landscape(workbench)
    expect(contour).to_have_accessible_name(re.compile(f"{len(recorded)} recorded iterations"))
    # The parameters as they are now are in the middle; the last recorded iteration is next to it.
    box = contour.bounding_box()
    assert box is not None
    middle = ((40 + box["width"] - 8) / 2, (6 + box["height"] - 20) / 2)
    contour.click(position={"x": middle[0], "y": middle[1]})
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value(
        str(recorded[-1])
    )


def test_the_path_on_a_landscape_is_walked_by_keyboard(workbench: Workbench) -> None:
    contour, recorded = open_landscape(workbench)
    told = workbench.page.get_by_role("tabpanel", name="Landscape").get_by_role("status")
    contour.focus()
    workbench.press("End")
    expect(told).to_contain_text(f"iteration {recorded[-1]} ")
    expect(told).to_have_attribute("aria-live", "polite")
    workbench.press("ArrowLeft")
    expect(told).to_contain_text(f"iteration {recorded[-2]} ")
    workbench.press("Enter")
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value(
        str(recorded[-2])
    )


def test_images_show_mistakes_filters_and_feature_maps(workbench: Workbench) -> None:
    workbench.open()
    workbench.page.get_by_role("button", name="Examples").click()
    workbench.page.get_by_role("menuitem", name="Digits").click()
    expect(workbench.page.get_by_text("conv1").first).to_be_visible()
    pane = open_pane(workbench, "Predictions")
    expect(pane.get_by_role("img", name="filter 7 of conv1.weight")).to_be_visible()
    expect(pane.get_by_role("img", name="map 15 of conv2", exact=True)).to_be_attached()
    told = workbench.read("/predictions", only_wrong=True, limit=1)
    mistake = f"training sample {told['sample'][0]}: a {told['target'][0]:.0f}"
    expect(pane.get_by_role("img", name=mistake)).to_be_attached()
