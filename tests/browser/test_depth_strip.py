"""The strip along the depth: bars that show where the gradient vanishes, dies or turns NaN."""

import math
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.flow_specs import dead_relu, open_recorded, overflow, sigmoid_tower
from tests.browser.screen_numbers import HALF_A_DIGIT, read_number
from tests.browser.tapes import gradient_of
from tests.browser.workbench import Workbench


def strip(workbench: Workbench) -> Locator:
    """The bars, unfolded."""
    fold = workbench.page.get_by_role("button", name="Gradient by layer")
    if fold.get_attribute("aria-expanded") == "false":
        fold.click()
    return workbench.page.get_by_role("listbox", name="Gradient norm by layer")


def read_layers(workbench: Workbench) -> list[str]:
    """What the strip says of each layer, walked along with the arrow keys."""
    bars = strip(workbench)
    bars.focus()
    workbench.press("Home")
    option = bars.get_by_role("option")
    told = [option.inner_text()]
    for _ in range(int(option.get_attribute("aria-setsize") or "1") - 1):
        workbench.press("ArrowRight")
        told.append(option.inner_text())
    return told


def norm_of_layer(tape: dict[str, Any], layer: str) -> float:
    """The oracle: NumPy over the numbers that REST gives for weight and bias."""
    parts = [
        np.ravel(gradient_of(tape, f"{layer}.{part}")["values"]) for part in ("weight", "bias")
    ]
    return float(np.linalg.norm(np.concatenate(parts)))


def test_twenty_sigmoids_leave_hardly_any_gradient_and_the_strip_says_so(
    workbench: Workbench,
) -> None:
    open_recorded(workbench, sigmoid_tower(20))
    told = read_layers(workbench)
    tape = workbench.tape()
    assert [each.split(":")[0] for each in told] == [*(f"fc{i + 1}" for i in range(20)), "out"]
    shown = [read_number(each.split("norm ")[1].split(" ·")[0]) for each in told]
    expected = [norm_of_layer(tape, each.split(":")[0]) for each in told]
    assert shown == pytest.approx(expected, rel=HALF_A_DIGIT, abs=0)
    assert expected[0] / expected[-1] < 1e-6
    dock = workbench.page.get_by_role("region", name="Gradient by layer")
    expect(dock).to_contain_text("vanishes: ×")
    factor = dock.inner_text().split("vanishes: ×")[1].split(" from")[0]
    assert read_number(factor) == pytest.approx(expected[0] / expected[-1], rel=0.05)


def test_bars_fill_as_the_tape_runs_backward(workbench: Workbench) -> None:
    workbench.open()
    names = ["fc1", "fc2", "fc3"]
    workbench.press("Home")
    assert read_layers(workbench) == [f"{name}: not computed yet" for name in names]
    tape = workbench.tape()
    events = tape["structure"]["events"]
    whole = gradient_of(tape, "fc2.weight")["id"]
    arrives = next(index for index, event in enumerate(events) if whole in event["reveals"])
    workbench.page.evaluate("document.activeElement.blur()")
    workbench.press("Home", *["ArrowRight"] * (arrives + 1))
    workbench.wait_until(
        lambda: workbench.playhead == arrives + 1, "the weight's gradient is there"
    )
    told = read_layers(workbench)
    assert told[0] == "fc1: not computed yet"
    assert "norm" in told[1]
    assert "norm" in told[2]


def test_a_dead_relu_leaves_exactly_zero(workbench: Workbench) -> None:
    open_recorded(workbench, dead_relu())
    told = read_layers(workbench)
    assert [each.split(": ")[1] for each in told[:2]] == ["the gradient is exactly zero"] * 2
    assert norm_of_layer(workbench.tape(), "fc1") == 0.0


def test_an_overflow_is_told_from_any_norm(workbench: Workbench) -> None:
    open_recorded(workbench, overflow())
    assert read_layers(workbench)[0] == "fc1: the gradient holds NaN or infinity"
    gradient = gradient_of(workbench.tape(), "fc1.weight")["values"]
    assert not all(math.isfinite(float(each)) for each in np.ravel(gradient))


def test_enter_on_a_bar_selects_its_layer_and_flies_there(workbench: Workbench) -> None:
    open_recorded(workbench, sigmoid_tower(20))
    name = workbench.page.get_by_text("fc10", exact=True)
    card = workbench.page.locator("[data-card]").filter(has=name)
    expect(card).to_have_count(0)  # in a step of the folded stack that is not shown
    strip(workbench).focus()
    workbench.press("Home", *["ArrowRight"] * 9, "Enter")
    expect(card).to_have_class(re.compile("is-selected"))
    expect(card).to_be_in_viewport()


def test_the_strip_folds_away_and_stays_folded(workbench: Workbench) -> None:
    workbench.open()
    fold = workbench.page.get_by_role("button", name="Gradient by layer")
    before = fold.get_attribute("aria-expanded")
    fold.click()
    after = fold.get_attribute("aria-expanded")
    assert {before, after} == {"true", "false"}
    workbench.page.reload()
    workbench.wait_until_painted()
    expect(fold).to_have_attribute("aria-expanded", after or "")
