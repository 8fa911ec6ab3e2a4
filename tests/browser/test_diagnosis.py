"""What is wrong with a run: the dock names it with its layer, and leads there."""

from playwright.sync_api import Locator, expect

from tests.browser.workbench import Workbench


def run_example(workbench: Workbench, key: str, iterations: int) -> None:
    """Open an example that has been trained, with its diagnosis shown."""
    command = {"kind": "run", "iterations": iterations}
    session = workbench.prepare({"example": key}, command)
    workbench.open(f"/#s={session}")
    tab(workbench).click()


def tab(workbench: Workbench) -> Locator:
    return workbench.page.get_by_role("tab", name="Diagnosis")


def test_vanishing_gradients_are_named_a_click_selects_the_layer_and_another_tries_a_cure(
    workbench: Workbench,
) -> None:
    run_example(workbench, "vanishing", 20)
    finding = workbench.page.get_by_role("list", name="Findings").get_by_role("listitem")
    expect(finding).to_have_count(1)
    expect(finding).to_contain_text("Vanishing gradient")
    (told,) = workbench.read("/diagnosis")
    expect(finding).to_contain_text(told["message"])
    expect(tab(workbench)).to_contain_text("1")
    finding.get_by_role("button", name=told["layer"], exact=True).click()
    inspector = workbench.page.get_by_role("complementary", name="Inspector")
    expect(inspector.get_by_role("heading", name="fc1")).to_be_visible()
    finding.get_by_role("button", name="Try it in a copy").click()
    runs = workbench.page.get_by_role("tabpanel", name="Runs")
    expect(runs.get_by_role("button", name=f"Remove {told['cure']['label']}")).to_be_visible()


def test_a_healthy_run_is_called_healthy_once_there_is_evidence(workbench: Workbench) -> None:
    run_example(workbench, "moons", 5)
    verdict = workbench.page.get_by_role("tabpanel", name="Diagnosis")
    expect(verdict).to_contain_text("Nothing wrong so far")
    workbench.page.get_by_role("button", name="Train", exact=True).click()
    expect(verdict.get_by_role("heading")).to_have_text("Healthy")
    assert workbench.read("/diagnosis") == []
