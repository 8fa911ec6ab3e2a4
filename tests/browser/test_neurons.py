"""Small dense networks as neurons and weights: every number of the picture is REST's."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.screen_numbers import HALF_A_DIGIT, inspector, read_number
from tests.browser.tapes import gradient_of, tensor_named
from tests.browser.workbench import Workbench

NUMBER = r"[−0-9.×⁻⁰-⁹NaN∞]+"


def open_neurons(workbench: Workbench) -> None:
    """The closest level at the end of the tape."""
    workbench.open()
    workbench.press("End", "4")
    expect(picture(workbench)).to_be_visible()


def picture(workbench: Workbench) -> Locator:
    """Neurons and weights."""
    return workbench.page.get_by_role("group", name="Neurons and weights")


def part(workbench: Workbench, name: str) -> Locator:
    """The unit, weight or bias of that name."""
    return picture(workbench).get_by_role("button", name=re.compile(f"^{re.escape(name)}"))


def numbers_of(element: Locator) -> list[float]:
    """What a part says of itself: its value, and if it is a parameter its gradient."""
    words = element.get_attribute("aria-label") or ""
    return [read_number(each) for each in re.findall(rf"(?:= |gradient )({NUMBER})", words)]


def exact(workbench: Workbench, tensor: dict[str, Any], place: str) -> Any:
    """What REST says of a part of a tensor."""
    return workbench.read(f"/tensors/{tensor['id']}/values", slice=place)["values"]


def test_a_small_dense_network_is_drawn_as_its_units_and_weights(workbench: Workbench) -> None:
    open_neurons(workbench)
    tape = workbench.tape()
    # 2 inputs, 8 and 8 and 1 units; 2·8 + 8·8 + 8·1 weights; 17 biases; the loss.
    expect(picture(workbench).get_by_role("button")).to_have_count(19 + 88 + 17 + 1)
    weight = tensor_named(tape, "fc2.weight")
    value, gradient = numbers_of(part(workbench, "fc2.weight[2, 5] "))
    assert value == pytest.approx(exact(workbench, weight, "2,5"), rel=HALF_A_DIGIT)
    expected = exact(workbench, gradient_of(tape, "fc2.weight"), "2,5")
    assert gradient == pytest.approx(expected, rel=HALF_A_DIGIT)


def test_a_unit_shows_the_mean_over_the_batch_or_one_sample(workbench: Workbench) -> None:
    open_neurons(workbench)
    column = exact(workbench, tensor_named(workbench.tape(), "tanh1"), ":,3")
    (mean,) = numbers_of(part(workbench, "tanh1[:, 3] mean "))
    assert mean == pytest.approx(sum(column) / len(column), rel=2 * HALF_A_DIGIT)
    workbench.page.get_by_role("combobox", name="Sample").select_option("7")
    expect(part(workbench, "tanh1[7, 3] ")).to_be_visible()
    (seventh,) = numbers_of(part(workbench, "tanh1[7, 3] "))
    assert seventh == pytest.approx(column[7], rel=HALF_A_DIGIT)


def test_lines_are_as_wide_as_weights_or_as_their_gradients(workbench: Workbench) -> None:
    open_neurons(workbench)
    tape = workbench.tape()
    for title, tensor in (
        ("weights", tensor_named(tape, "fc3.weight")),
        ("gradients", gradient_of(tape, "fc3.weight")),
    ):
        workbench.page.get_by_role("radiogroup", name="Lines show").get_by_text(title).click()
        workbench.wait_until_still()
        magnitudes = [abs(value) for value in exact(workbench, tensor, "0,:")]
        lines = [part(workbench, f"fc3.weight[0, {k}] ").locator(".neurons-line") for k in range(8)]
        widths = [
            float(line.evaluate("(line) => parseFloat(line.style.strokeWidth)")) for line in lines
        ]
        order = sorted(range(8), key=lambda k: magnitudes[k])
        assert [widths[k] for k in order] == sorted(widths)
        assert widths[order[-1]] > widths[order[0]]


def test_the_picture_changes_with_every_recorded_iteration(workbench: Workbench) -> None:
    open_neurons(workbench)
    line = part(workbench, "fc1.weight[0, 1] ")
    before = line.get_attribute("aria-label") or ""
    workbench.press("n")
    expect(line).not_to_have_attribute("aria-label", before)
    weight = tensor_named(workbench.tape(), "fc1.weight")
    value = numbers_of(line)[0]
    assert value == pytest.approx(exact(workbench, weight, "0,1"), rel=HALF_A_DIGIT)


def test_what_is_not_computed_yet_has_no_number(workbench: Workbench) -> None:
    open_neurons(workbench)
    workbench.press("Home")
    expect(part(workbench, "tanh2[:, 0] mean = not yet")).to_be_visible()
    expect(part(workbench, "loss = not yet")).to_be_visible()
    expect(part(workbench, "fc1.weight[0, 0] ")).to_have_attribute(
        "aria-label", re.compile("gradient not yet$")
    )


def test_a_weight_is_reached_and_opened_by_keyboard_alone(workbench: Workbench) -> None:
    open_neurons(workbench)
    inside = picture(workbench).locator(":focus")
    for _ in range(60):
        workbench.press("Tab")
        if inside.count() == 1:
            break
    at = workbench.playhead
    workbench.press("Home", "ArrowRight", "ArrowDown")
    expect(part(workbench, "fc1.weight[0, 1] ")).to_be_focused()
    assert workbench.playhead == at
    workbench.press("Enter")
    expect(inspector(workbench.page).get_by_role("heading", name="fc1.weight")).to_be_visible()
