"""Gradient flow over the iterations, in the dock: maps, ridgelines, and where they lead."""

import math
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gradtape.engine.experiment import Experiment
from gradtape.exports.replay_composition import replay_experiment
from gradtape.spec import examples
from tests.browser.axe import serious_findings
from tests.browser.flow_specs import dead_relu
from tests.browser.open_replay import OpenReplay
from tests.browser.screen_numbers import HALF_A_DIGIT, inspector, read_number
from tests.browser.workbench import Workbench
from tests.exports.replays import write_replay


def open_trained(workbench: Workbench, body: dict[str, object]) -> None:
    """A session of 21 iterations, every tenth recorded, with its gradient flow in view."""
    command = {"kind": "run", "iterations": 21, "record_every": 10}
    session = workbench.prepare(body, command)
    workbench.open(f"/#s={session}")
    show_flow(workbench.page)


def show_flow(page: Page) -> None:
    """The dock is opened at the gradient flow."""
    page.get_by_role("tab", name="Gradient flow").click()


def choose_view(page: Page, title: str) -> None:
    """Another measure, or ridgelines."""
    page.get_by_label("What is shown of the flow").select_option(title)


def heatmap(page: Page) -> Locator:
    """The map of layers and iterations."""
    return page.get_by_role("listbox", name="Layers by iteration")


def test_a_cell_tells_the_norm_of_its_layer_and_leads_to_its_gradient(
    workbench: Workbench,
) -> None:
    open_trained(workbench, {"example": "vanishing"})
    norms = workbench.read("/metrics")["gradient_norm"]
    told = heatmap(workbench.page).get_by_role("option")
    heatmap(workbench.page).focus()
    workbench.press("ArrowDown", "Home", *["ArrowRight"] * 12)
    expect(told).to_contain_text("fc2 · iteration 12: gradient norm ")
    expected = math.hypot(norms["fc2.weight"][12], norms["fc2.bias"][12])
    shown = read_number(told.inner_text().rpartition(" ")[2])
    assert shown == pytest.approx(expected, rel=10 * HALF_A_DIGIT)
    workbench.press("Enter")
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value("10")
    heading = inspector(workbench.page).get_by_role("heading", level=2)
    expect(heading).to_have_text("∂loss/∂fc2.​weight")
    assert serious_findings(workbench.page) == []


def test_dead_units_are_told_by_layer_and_iteration(
    workbench: Workbench,
) -> None:
    open_trained(workbench, {"spec": dead_relu()})
    choose_view(workbench.page, "Dead units")
    heatmap(workbench.page).focus()
    workbench.press("End", "ArrowDown")
    told = heatmap(workbench.page).get_by_role("option")
    expect(told).to_have_text("relu_2 · iteration 20: dead units 100 %")
    choose_view(workbench.page, "Gradients of activations")
    ridges = workbench.page.get_by_role("listbox", name="Distributions by layer and iteration")
    ridges.focus()
    marked = ridges.get_by_role("option")
    expect(marked).to_have_text("fc1 · iteration 20, 100 % exactly zero")

    def is_at_10() -> bool:
        # Iterations arrive one by one: the key moves nowhere while this one is alone.
        if "iteration 20" in marked.inner_text():
            workbench.press("ArrowUp")
        return "iteration 10" in marked.inner_text()

    workbench.wait_until(is_at_10, "the iteration before is there")
    workbench.press("Enter")
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_have_value("10")
    assert serious_findings(workbench.page) == []


def test_a_replay_shows_what_its_metrics_tell(browser: Browser, tmp_path: Path) -> None:
    experiment = Experiment(examples()["moons"].spec.model_copy(update={"device": "cpu"}))
    for _ in range(3):
        experiment.record_iteration()
    file = tmp_path / "moons.html"
    file.write_bytes(write_replay(replay_experiment(experiment)))
    replay = OpenReplay(browser, file, viewport={"width": 1280, "height": 720}).open()
    show_flow(replay.page)
    views = replay.page.get_by_label("What is shown of the flow").locator("option")
    expect(views).to_have_text(["Gradient norm", "Update ÷ weight"])
    heatmap(replay.page).focus()
    replay.press("Home")
    norms = experiment.metrics().gradient_norm
    both = math.hypot(norms["fc1.weight"][0], norms["fc1.bias"][0])
    told = heatmap(replay.page).get_by_role("option").inner_text()
    assert told.startswith("fc1 · iteration 0: gradient norm ")
    assert read_number(told.rpartition(" ")[2]) == pytest.approx(both, rel=10 * HALF_A_DIGIT)
    replay.press("Enter")
    expect(replay.page.get_by_role("combobox", name="Iteration")).to_have_value("0")
    replay.close()
