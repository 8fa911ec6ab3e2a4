"""The ten scenes of the gallery: what is opened, and what a person does there to see them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect

from gradtape.spec import examples
from tests.browser.flow_specs import sigmoid_tower
from tests.browser.open_page import OpenPage
from tests.browser.screen_numbers import inspector


@dataclass(frozen=True)
class Scene:
    """One picture of the page.

    Attributes:
        key: the picture's name, and its file's.
        sentence: what is to be seen.
        source: a spec, or the name of a workload whose replay is opened.
        back: the share of the backward pass that has run; 0 is the tape's beginning.
        arrange: what a person does then.
    """

    key: str
    sentence: str
    source: dict[str, Any] | str
    back: float
    arrange: Callable[[OpenPage], None]


def _example(key: str) -> dict[str, Any]:
    return examples()[key].spec.model_dump(mode="json")


def _look(_on: OpenPage) -> None:
    """There is nothing to do."""


def _dismiss_the_notice(on: OpenPage) -> None:
    on.page.get_by_role("button", name="Dismiss").click()


def _show_neurons(on: OpenPage) -> None:
    on.press("4")
    expect(on.page.get_by_role("group", name="Neurons and weights")).to_be_visible()


def _point_at_a_number(on: OpenPage) -> None:
    on.press("4")
    on.page.get_by_role("radiogroup", name="Numbers as").get_by_text("grids").click()
    on.page.evaluate("document.activeElement.blur()")
    on.press("Home", *["ArrowRight"] * 5)
    on.wait_until(lambda: on.playhead == 5, "the second product")
    on.wait_until_still()
    card = on.page.locator(".stage-numbers[data-state=current]")
    result = card.locator(".stage-grid.is-result")
    result.get_by_role("row").nth(3).get_by_role("gridcell").nth(2).hover()
    expect(card.locator(".stage-readout")).to_contain_text(" = ")


def _show_ops(on: OpenPage) -> None:
    on.press("3")
    expect(on.stage).to_have_attribute("data-level", "op")


def _go_to_step_417(on: OpenPage) -> None:
    on.page.get_by_role("slider", name=re.compile("^Step of")).fill("417")
    on.page.evaluate("document.activeElement.blur()")


def _unfold_the_strip(on: OpenPage) -> None:
    fold = on.page.get_by_role("button", name="Gradient by layer")
    if fold.get_attribute("aria-expanded") == "false":
        fold.click()
    on.page.mouse.move(5, 5)


def _color_by_ratio(on: OpenPage) -> None:
    more = on.page.get_by_role("button", name="More", exact=True)
    if more.is_visible():
        more.click()
    on.page.get_by_role("button", name="Colour by").click()
    on.page.get_by_role("menuitemradio", name="gradient ÷ value").click()
    on.press("Escape")
    on.page.evaluate("document.activeElement.blur()")
    expect(on.page.locator(".stage-color-legend")).to_be_visible()


def _trace_a_weight(on: OpenPage) -> None:
    on.press("t")
    on.page.get_by_role("button", name=re.compile(r"^inner1\.weight, parameter")).first.click()
    opener = on.page.get_by_role("button", name="Inspector", exact=True)
    if opener.is_visible():
        opener.click()
    expect(inspector(on.page).get_by_role("heading", level=2)).to_have_text("inner1.weight")
    on.page.mouse.move(5, 5)  # what is pointed at has a card of its own


def _search(on: OpenPage) -> None:
    on.press(*["+"] * 2)
    on.press("Control+k")
    dialog = on.page.get_by_role("dialog", name="Search the graph")
    dialog.get_by_role("combobox").fill("conv")
    expect(dialog.get_by_role("option").first).to_be_visible()


SCENES = [
    Scene(
        "moons",
        "Moons at the end of its backward pass: the tape has turned around at the loss, "
        "and each gradient lies below the value it belongs to.",
        _example("moons"),
        1.0,
        _look,
    ),
    Scene(
        "neurons",
        "The same network as neurons: lines are weights, circles are means over the batch.",
        _example("moons"),
        1.0,
        _show_neurons,
    ),
    Scene(
        "numbers",
        "A matrix product in numbers: the number pointed at, the row and the column that made it, "
        "and their sum spelled out.",
        _example("moons"),
        0.0,
        _point_at_a_number,
    ),
    Scene(
        "ops",
        "A convolutional network op by op, half way back through its backward pass.",
        _example("digits-conv"),
        0.5,
        _show_ops,
    ),
    Scene(
        "transformer",
        "Six transformer blocks in a replay, a file of its own.",
        "transformer6",
        1.0,
        _dismiss_the_notice,
    ),
    Scene(
        "loop",
        "A thousand steps of a recurrent network folded into one, with its slider at step 417.",
        "rnn1000",
        1.0,
        _go_to_step_417,
    ),
    Scene(
        "vanishing",
        "Twenty sigmoid layers: the strip below the graph shows the gradient vanish.",
        sigmoid_tower(20),
        1.0,
        _unfold_the_strip,
    ),
    Scene(
        "colors",
        "Cards coloured by how large their gradient is beside their value.",
        _example("residual"),
        1.0,
        _color_by_ratio,
    ),
    Scene(
        "trace",
        "A weight is selected and traced: all it influences is lit, and the way of its gradient.",
        _example("residual"),
        1.0,
        _trace_a_weight,
    ),
    Scene(
        "search",
        "Searching the graph of a convolutional network, of which the map shows the whole.",
        _example("digits-conv"),
        1.0,
        _search,
    ),
]
