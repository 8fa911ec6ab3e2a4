"""Training: the curve grows, a reload comes back, a killed process does not end it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screen_numbers import HALF_A_DIGIT, read_number
from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

END_OF_THE_CURVE = """
() => {
  const chart = document.querySelector(".js-plotly-plot");
  return chart === null ? -1 : Math.max(...chart.data.flatMap((trace) => trace.x));
}
"""


def set_iterations(bench: Workbench, iterations: int) -> None:
    bench.page.get_by_role("button", name="Training settings").click()
    bench.page.get_by_role("textbox", name="iterations").fill(str(iterations))
    bench.press("Escape")


def end_of_the_curve(bench: Workbench) -> int:
    """The last iteration on the chart; -1 while there is none."""
    return bench.page.evaluate(END_OF_THE_CURVE)


def train(bench: Workbench) -> None:
    bench.page.get_by_role("button", name="Train", exact=True).click()


def is_at_rest(bench: Workbench, iteration: int) -> bool:
    state = bench.read("")
    return state["phase"] == "ready" and state["iteration"] == iteration


def test_the_curve_grows_over_500_iterations(workbench: Workbench) -> None:
    workbench.open()
    assert end_of_the_curve(workbench) == -1
    set_iterations(workbench, 500)
    for end in (500, 1000):
        train(workbench)
        workbench.wait_until(
            lambda at=end: end_of_the_curve(workbench) == at, f"{end} on the curve"
        )
    losses = workbench.read("/metrics")["loss"]
    assert len(losses) == 1001
    assert losses[-1] < losses[0] / 2
    shown = workbench.page.get_by_label("Latest loss").inner_text()
    assert read_number(shown) == pytest.approx(losses[-1], rel=HALF_A_DIGIT)


def test_a_run_that_has_recorded_nothing_says_so_and_can_be_looked_at(workbench: Workbench) -> None:
    opened = workbench.rest.post("/sessions", json={"example": "moons"}).raise_for_status().json()
    run = {"kind": "run", "iterations": 1_000_000}
    workbench.rest.post(f"/sessions/{opened['id']}/commands", json=run).raise_for_status()
    workbench.page.goto(f"/#s={opened['id']}")
    told = workbench.page.get_by_role("status").filter(has_text="No iteration is recorded yet.")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Pause and look").click()
    workbench.wait_until_painted()
    expect(told).to_be_hidden()
    (recorded,) = workbench.read("")["iterations_recorded"]
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value(str(recorded))


def test_training_can_be_paused_and_goes_on(workbench: Workbench) -> None:
    workbench.open()
    set_iterations(workbench, 100_000)
    train(workbench)
    workbench.page.get_by_role("button", name="Pause training").click()
    expect(workbench.page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    paused_at = workbench.read("")["iteration"]
    assert workbench.read("")["phase"] == "ready"
    workbench.page.get_by_role("button", name="Record next").click()
    workbench.wait_until(lambda: is_at_rest(workbench, paused_at + 1), "one more iteration")


def test_a_reload_restores_the_place(workbench: Workbench) -> None:
    workbench.open()
    workbench.page.get_by_role("button", name="Record next").click()
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value("1")
    workbench.press("ArrowRight", "ArrowRight", "ArrowRight")
    session_id = workbench.session_id
    workbench.wait_until(lambda: "e=3" in workbench.page.url, "the address names the event")
    workbench.page.reload()
    workbench.wait_until_painted()
    assert workbench.session_id == session_id
    workbench.wait_until(lambda: workbench.playhead == 3, "the same event")
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value("1")


def test_time_travel_goes_to_a_recorded_iteration(workbench: Workbench) -> None:
    workbench.open()
    workbench.page.get_by_role("button", name="Record next").click()
    workbench.wait_until(lambda: is_at_rest(workbench, 2), "a second iteration")
    picker = workbench.page.get_by_role("combobox", name="Iteration")
    expect(picker).to_have_value("1")
    workbench.press("[")
    expect(picker).to_have_value("0")


@pytest.fixture
def lonely_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server that no other test uses: its processes are this test's."""
    with LiveServer(tmp_path) as server:
        yield server


def test_a_killed_process_is_told_of_and_training_goes_on(
    browser: Browser, lonely_server: LiveServer
) -> None:
    before = set(lonely_server.process_ids())
    bench = Workbench(browser, lonely_server, viewport={"width": 1280, "height": 720}).open()
    (child,) = set(lonely_server.process_ids()) - before
    set_iterations(bench, 100_000)
    train(bench)
    bench.wait_until(lambda: bench.read("")["iteration"] > 200, "200 iterations")
    os.kill(child, signal.SIGKILL)
    expect(bench.page.get_by_text("Training goes on from iteration").first).to_be_visible()
    resumed_at = bench.read("")["iteration"]
    bench.wait_until(lambda: bench.read("")["iteration"] > resumed_at + 200, "it goes on")
    assert bench.read("")["phase"] == "running"
    assert child not in lonely_server.process_ids()
    assert lonely_server.process.poll() is None
    bench.close()
    # An iteration that was recorded after the snapshot may have been lost before it was fetched.
    assert [each for each in bench.complaints if "status of 404" not in each] == []
