"""Gradient flow on the stage: what pointing tells, dead and broken edges, traces and colours."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.flow_specs import dead_relu, open_recorded, overflow, skip
from tests.browser.numbers_at_rest import statistics_of, values_of
from tests.browser.screen_numbers import HALF_A_DIGIT, read_number
from tests.browser.tapes import gradient_of, tensor_named
from tests.browser.workbench import Workbench


def card(workbench: Workbench, name: str, half: str = "card") -> Locator:
    """The forward card of that name, or its gradient's."""
    text = workbench.page.get_by_text(name, exact=True)
    return workbench.page.locator(f"[data-{half}]").filter(has=text)


def tooltip(workbench: Workbench) -> Locator:
    """What is told about the thing that is pointed at."""
    return workbench.page.get_by_role("tooltip")


def told_numbers(workbench: Workbench) -> dict[str, list[str]]:
    """The rows of the table beside what is pointed at: value and gradient by label."""
    rows: list[list[str]] = (
        tooltip(workbench)
        .locator("tr")
        .evaluate_all("(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText))")
    )
    return {label: numbers for label, *numbers in rows[1:]}


def point_between(workbench: Workbench, first: Locator, second: Locator) -> None:
    """Move the pointer onto the edge between two cards."""
    a, b = first.bounding_box(), second.bounding_box()
    assert a is not None
    assert b is not None
    x = (max(a["x"], b["x"]) + min(a["x"] + a["width"], b["x"] + b["width"])) / 2
    workbench.page.mouse.move(x, a["y"] + a["height"] / 2)


def assert_told(told: dict[str, list[str]], *sides: dict[str, Any]) -> None:
    """Value and gradient stand there as NumPy has them."""
    for column, tensor in enumerate(sides):
        for label, expected in statistics_of(tensor).items():
            shown = read_number(told[label][column].removesuffix(" %"))
            # A share of zeros is told to a tenth of a percent.
            assert shown == pytest.approx(
                expected, rel=HALF_A_DIGIT, abs=0.051 * (label == "zeros")
            )


@pytest.mark.parametrize("half", ["card", "gradient-card"])
def test_pointing_at_a_card_tells_value_and_gradient_side_by_side(
    workbench: Workbench, half: str
) -> None:
    open_recorded(workbench, skip())
    card(workbench, "relu", half).hover()
    expect(tooltip(workbench)).to_contain_text("(64, 8) · float32 · cpu")
    tape = workbench.tape()
    value, gradient = tensor_named(tape, "relu"), gradient_of(tape, "relu")
    told = told_numbers(workbench)
    assert_told(told, value, gradient)
    ratio = statistics_of(gradient)["norm"] / statistics_of(value)["norm"]
    assert read_number(told["gradient ÷ value"][1]) == pytest.approx(ratio, rel=HALF_A_DIGIT)


def test_the_keyboard_tells_the_same_as_the_pointer(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    card(workbench, "relu").hover()
    expect(tooltip(workbench)).to_contain_text("norm")
    pointed = tooltip(workbench).inner_text()
    workbench.page.mouse.move(5, 5)
    expect(tooltip(workbench)).to_be_hidden()
    workbench.tab_to_graph()
    workbench.press("Home")
    for _ in range(30):
        expect(tooltip(workbench)).to_be_visible()
        if tooltip(workbench).inner_text() == pointed:
            break
        workbench.press("ArrowRight")
        workbench.page.wait_for_timeout(50)  # it is told with the next frame
    assert tooltip(workbench).inner_text() == pointed
    workbench.press("Escape")
    expect(tooltip(workbench)).to_be_hidden()


def test_what_the_keyboard_tells_stands_beside_the_ring(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    workbench.tab_to_graph()
    workbench.press("Home", "ArrowRight")
    workbench.wait_until_still()
    ring = workbench.stage.locator(".stage-ring").bounding_box()
    expect(tooltip(workbench)).to_be_visible()
    told = tooltip(workbench).bounding_box()
    assert ring is not None
    assert told is not None
    beside = told["x"] >= ring["x"] + ring["width"] or told["x"] + told["width"] <= ring["x"]
    across = told["y"] >= ring["y"] + ring["height"] or told["y"] + told["height"] <= ring["y"]
    assert beside or across


def test_where_gradients_are_added_each_arrival_and_the_sum_are_told(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    workbench.press("0")  # all of it in view, and so no map over a corner of it
    workbench.wait_until_still()
    card(workbench, "fc1", "gradient-card").hover()
    expect(tooltip(workbench)).to_contain_text("2 gradients are added")
    tape = workbench.tape()
    output = tensor_named(tape, "fc1")
    arriving = [
        tape["structure"]["tensors"][edge["tensor"]]
        for edge in tape["structure"]["edges"]
        if edge["of"] == output["id"] and edge["tensor"] is not None
    ]
    lines = tooltip(workbench).locator(".stage-hover-note").all_inner_texts()
    shown = [read_number(line.split("norm ")[1]) for line in lines if line.startswith("from ")]
    expected = [statistics_of(each)["norm"] for each in arriving]
    assert shown == pytest.approx(expected, rel=HALF_A_DIGIT)
    # In float32, where two nearly cancel, the sum's last digits are lost.
    whole = values_of(gradient_of(tape, "fc1"))
    assert sum(map(values_of, arriving)) == pytest.approx(whole, abs=1e-9)


def test_a_dead_edge_says_so_and_a_live_one_its_norm(workbench: Workbench) -> None:
    open_recorded(workbench, dead_relu())
    backward = "gradient-card"
    point_between(workbench, card(workbench, "fc2", backward), card(workbench, "relu_2", backward))
    expect(tooltip(workbench)).to_contain_text("gradient towards fc2")
    expect(tooltip(workbench)).to_contain_text("Dead: exactly zero flows here.")
    assert statistics_of(gradient_of(workbench.tape(), "fc2"))["norm"] == 0.0
    point_between(workbench, card(workbench, "relu_2", backward), card(workbench, "out", backward))
    expect(tooltip(workbench)).to_contain_text("gradient towards relu_2")
    expect(tooltip(workbench)).not_to_contain_text("Dead")
    tape = workbench.tape()
    assert_told(told_numbers(workbench), tensor_named(tape, "relu_2"), gradient_of(tape, "relu_2"))


def test_an_edge_that_carries_nan_says_so(workbench: Workbench) -> None:
    open_recorded(workbench, overflow())
    point_between(
        workbench,
        card(workbench, "fc1", "gradient-card"),
        card(workbench, "fc2", "gradient-card"),
    )
    expect(tooltip(workbench)).to_contain_text("NaN or infinity flows here.")


def test_the_legend_has_widths_of_this_tape(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    legend = workbench.page.locator(".stage-legend")
    expect(legend).to_contain_text("zero: dead")
    widths = legend.locator(".stage-legend-widths .stage-legend-text").all_inner_texts()
    tape = workbench.tape()
    flowing = [
        statistics_of(tape["structure"]["tensors"][edge["tensor"]])["norm"]
        for edge in tape["structure"]["edges"]
        if edge["tensor"] is not None
    ]
    assert 1 <= len(widths) <= 3
    for text in widths:
        shown = read_number(text)
        assert any(shown == pytest.approx(norm, rel=0.05) for norm in flowing)


def influenced(tape: dict[str, Any], names: set[str], start: str) -> set[str]:
    """The oracle: names of all that is computed from a tensor, by asking again until no more is."""
    tensors = tape["structure"]["tensors"]
    known = {tensor_named(tape, start)["id"]}
    while True:
        found = known | {
            result
            for op in tape["structure"]["ops"]
            if op["phase"] == "forward" and known & set(op["operands"])
            for result in op["results"]
        }
        if found == known:
            return {tensors[each]["name"] for each in known} & names
        known = found


def test_a_trace_lights_what_is_influenced_and_dims_the_rest(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    workbench.press("0", "t")
    card(workbench, "fc2").click()
    names = {"fc1", "relu", "fc2", "relu_2", "sum", "out"}
    expected = influenced(workbench.tape(), names, "fc2")
    assert expected == {"fc2", "relu_2", "sum", "out"}
    for half in ("card", "gradient-card"):
        aside = workbench.page.locator(f"[data-{half}].is-aside .stage-card-name")
        expect(aside).to_have_count(len(names - expected) + 1)  # and the input
        assert set(aside.all_inner_texts()) == (names - expected) | {"input"}
    workbench.page.get_by_role("button", name="Trace the selection").click()
    expect(workbench.page.locator(".is-aside")).to_have_count(0)


def test_cards_wear_the_number_that_they_are_coloured_by(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    workbench.page.get_by_role("button", name="Colour by").focus()
    workbench.press("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
    workbench.press("Enter")
    legend = workbench.page.get_by_role("note", name="Colours: gradient norm")
    expect(legend).to_be_visible()
    tape = workbench.tape()
    norms = {
        name: statistics_of(gradient_of(tape, name))["norm"]
        for name in ("fc1", "relu", "fc2", "relu_2", "sum", "out")
    }
    worn = card(workbench, "relu", "gradient-card").get_attribute("data-measure")
    assert read_number(worn or "") == pytest.approx(norms["relu"], rel=0.005)
    low, high = legend.locator(".stage-color-end").all_inner_texts()
    assert read_number(low) == pytest.approx(min(norms.values()), rel=0.005)
    assert read_number(high) == pytest.approx(max(norms.values()), rel=0.005)


def test_what_takes_up_memory_is_counted_in_bytes(workbench: Workbench) -> None:
    open_recorded(workbench, skip())
    workbench.page.get_by_role("button", name="Colour by").click()
    workbench.page.get_by_role("menuitemradio", name="memory").click()
    expect(card(workbench, "relu")).to_have_attribute("data-measure", "2 KiB")  # 64 · 8 · 4
    expect(card(workbench, "out")).to_have_attribute("data-measure", "256 B")  # 64 · 1 · 4


def test_time_spent_is_that_of_all_ops_of_a_card(workbench: Workbench) -> None:
    def answer(route: Route) -> None:
        times = route.fetch().json()
        # What was measured is nobody's to foretell: op k is said to have taken 2^k ns.
        times["nanoseconds"] = [2**op for op in range(len(times["nanoseconds"]))]
        route.fulfill(json=times)

    workbench.page.route("**/tape/times?*", answer)
    open_recorded(workbench, skip())
    workbench.page.get_by_role("button", name="Colour by").click()
    workbench.page.get_by_role("menuitemradio", name="time spent").click()
    structure = workbench.tape()["structure"]
    (relu,) = [call for call in structure["calls"] if call["path"] == "relu"]
    own = range(relu["first_op"], relu["end_op"])
    # The ticks of its nodes; where gradients are added, the sum runs in the tick of the last one.
    back = [
        op
        for event in structure["events"]
        if event["kind"] == "backward_node" and structure["nodes"][event["subject"]]["op"] in own
        for op in range(event["first_op"], event["end_op"])
    ]
    for half, taken in (("card", own), ("gradient-card", back)):
        shown = card(workbench, "relu", half)
        expect(shown).to_have_attribute("data-measure", re.compile(r" (ns|µs|ms|s)$"))
        number, unit = (shown.get_attribute("data-measure") or "").split(" ")
        nanoseconds = read_number(number) * {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}[unit]
        assert nanoseconds == pytest.approx(sum(2**op for op in taken), rel=0.005)
