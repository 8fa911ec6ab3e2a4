"""Several runs side by side, and a branch that leaves what it came from as it was."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, expect

from tests.browser.screen_numbers import read_number
from tests.browser.test_training import is_at_rest, set_iterations, train
from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

TRACES = """
() => (document.querySelector(".js-plotly-plot")?.data ?? [])
  .filter((trace) => trace.x.length > 1 && trace.mode === "lines")
  .map((trace) => [trace.name, trace.x.length])
"""


def remembered_runs(bench: Workbench) -> list[str]:
    """The ids of all runs; the one on the stage comes first."""
    text: str = bench.page.evaluate("localStorage.getItem('gradtape.runs')")
    return [run["id"] for run in json.loads(text)]


def metrics_of(bench: Workbench, session: str) -> dict[str, Any]:
    return bench.rest.get(f"/sessions/{session}/metrics").raise_for_status().json()


def show_runs(bench: Workbench) -> Locator:
    """The table of runs: its rows."""
    bench.page.get_by_role("tab", name="Runs").click()
    return bench.page.get_by_role("table", name="Runs").locator("tbody tr")


def train_to(bench: Workbench, iteration: int) -> None:
    train(bench)
    bench.wait_until(lambda: is_at_rest(bench, iteration), f"{iteration} iterations")


def test_a_variation_is_trained_beside_a_run_and_both_are_named_by_what_differs(
    workbench: Workbench,
) -> None:
    workbench.open()
    set_iterations(workbench, 99)
    train_to(workbench, 100)
    rows = show_runs(workbench)
    expect(rows).to_have_count(1)
    workbench.page.get_by_role("button", name="Add a variation").click()
    workbench.page.get_by_role("textbox", name="learning rate").fill("0.05")
    workbench.page.get_by_role("button", name="Add this run").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("100")
    expect(rows.nth(1)).to_contain_text("0.05")

    main, other = remembered_runs(workbench)
    assert main == workbench.session_id
    first, second = metrics_of(workbench, main)["loss"], metrics_of(workbench, other)["loss"]
    assert (first[0], len(first)) == (second[0], len(second)), "not from the same start"
    assert first[-1] != second[-1]
    for row, losses in zip(rows.all(), (first, second), strict=True):
        shown = [read_number(cell) for cell in row.locator("td.number").all_inner_texts()[:2]]
        assert shown == [float(f"{losses[-1]:.4g}"), float(f"{min(losses):.4g}")]

    train_to(workbench, 199)
    expect(rows.nth(1)).to_contain_text("199")
    workbench.page.get_by_role("tab", name="Curves").click()
    named = [["lr 0.5", 199], ["lr 0.05", 199]]
    workbench.wait_until(
        lambda: all(line in workbench.page.evaluate(TRACES) for line in named), "both curves"
    )


def test_a_branch_goes_on_by_itself_and_a_reload_finds_both(workbench: Workbench) -> None:
    workbench.open()
    set_iterations(workbench, 99)
    train_to(workbench, 100)
    origin = workbench.session_id
    before = metrics_of(workbench, origin)
    workbench.page.get_by_role("combobox", name="Iteration", exact=True).select_option("50")
    expect(workbench.page.get_by_role("slider", name="Recorded iterations")).to_have_value("1")
    workbench.press("b")
    workbench.wait_until(lambda: workbench.session_id != origin, "the branch on the stage")
    rows = show_runs(workbench)
    expect(rows).to_have_count(2)
    workbench.page.get_by_role("switch", name="in lockstep").uncheck()
    assert is_at_rest(workbench, 50)
    workbench.rest.post(
        f"/sessions/{workbench.session_id}/commands",
        json={"kind": "set", "optimizer": {"lr": 0.0}},
    ).raise_for_status()
    train_to(workbench, 149)

    branched = metrics_of(workbench, workbench.session_id)["loss"]
    assert branched[:51] == before["loss"][:51]
    assert set(branched[50:]) == {branched[50]}  # a learning rate of 0 moves nothing
    assert metrics_of(workbench, origin) == before

    workbench.page.reload()
    workbench.wait_until_painted()
    expect(show_runs(workbench)).to_have_count(2)
    rows.first.get_by_role("button", name="Show").click()
    workbench.wait_until(lambda: workbench.session_id == origin, "the original on the stage")
    expect(rows.nth(1)).to_contain_text("149")


def test_a_link_leads_to_its_session_after_the_server_was_killed(
    browser: Browser, tmp_path: Path
) -> None:
    server = LiveServer(tmp_path)
    with server:
        bench = Workbench(browser, server, viewport={"width": 1280, "height": 720})
        bench.open()
        set_iterations(bench, 99)
        train_to(bench, 100)
        expect(bench.page.get_by_role("combobox", name="Iteration", exact=True)).to_have_value("99")
        link, before = bench.page.url, bench.read("/metrics")
        server.kill()
        expect(bench.page.get_by_text("connection", exact=False).first).to_be_visible()
    with server:
        expect(bench.page.get_by_text("connection", exact=False)).to_have_count(0)
        # What was trained after the last snapshot is trained again first.
        bench.wait_until(lambda: is_at_rest(bench, 100), "the session stands where it stood")
        bench.open(link)
        expect(bench.page.get_by_role("combobox", name="Iteration", exact=True)).to_have_value("99")
        assert bench.read("/metrics") == before
        bench.close()
