"""Runs of a length: an epoch, to a goal; what is changed meanwhile, and what goes wrong."""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.workbench import Workbench

PER_EPOCH = 25
CIRCLES: dict[str, Any] = {
    "name": "circles",
    "data": {"kind": "circles", "samples": 250, "noise": 0.05},
    "network": {
        "layers": [
            {"kind": "linear", "name": "fc1", "out_features": 4},
            {"kind": "tanh"},
            {"kind": "linear", "name": "fc2", "out_features": 1},
        ]
    },
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "sgd", "lr": 0.5},
    "batch_size": 10,
}

# A linear regression whose every step is a thousand times too long.
DIVERGING = CIRCLES | {
    "data": {"kind": "linear_regression", "samples": 50},
    "network": {"layers": [{"kind": "linear", "name": "fc1", "out_features": 1}]},
    "loss": {"kind": "mse"},
    "optimizer": {"kind": "sgd", "lr": 1e6},
}

LINE = """
(name) => document.querySelector(".js-plotly-plot")?.data.find((trace) => trace.name === name)?.y
"""

MARKS = """
() => document.querySelector(".js-plotly-plot")?.data.find(({ name }) => name === "not finite")?.x
"""


def open_spec(workbench: Workbench, spec: dict[str, Any]) -> None:
    session = workbench.prepare({"spec": spec})
    workbench.open(f"/#s={session}")


def open_settings(workbench: Workbench) -> Locator:
    workbench.page.get_by_role("button", name="Training settings").click()
    return workbench.page.get_by_role("dialog", name="Training settings")


def train(workbench: Workbench) -> None:
    workbench.page.get_by_role("button", name="Train", exact=True).click()


def rest_at(workbench: Workbench) -> int:
    """The number of completed iterations; -1 while the session or the page shows a run."""
    state = workbench.read("")
    button = workbench.page.get_by_role("button", name="Train", exact=True)
    return state["iteration"] if state["phase"] == "ready" and button.is_visible() else -1


def test_an_epoch_ends_where_the_data_ends_and_a_goal_where_the_loss_is_reached(
    workbench: Workbench,
) -> None:
    open_spec(workbench, CIRCLES)
    workbench.page.get_by_role("button", name="One epoch").click()
    workbench.wait_until(lambda: rest_at(workbench) == PER_EPOCH, "the end of the first epoch")
    workbench.press("e")
    workbench.wait_until(lambda: rest_at(workbench) == 2 * PER_EPOCH, "the end of the second")
    settings = open_settings(workbench)
    settings.get_by_text("goal", exact=True).click()
    settings.get_by_role("textbox", name="loss below").fill("0.2")
    workbench.press("Escape")
    train(workbench)
    workbench.wait_until(lambda: rest_at(workbench) > 2 * PER_EPOCH, "the run to the goal")
    losses = workbench.read("/metrics")["loss"]
    assert min(losses[:-2]) >= 0.2 > losses[-2]


def test_a_learning_rate_set_while_it_trains_shows_in_its_curve(workbench: Workbench) -> None:
    open_spec(workbench, CIRCLES)
    session = workbench.session_id
    settings = open_settings(workbench)
    settings.get_by_role("textbox", name="iterations").fill("1000000")
    workbench.press("Escape")
    train(workbench)
    expect(workbench.page.get_by_label("Progress of training")).to_contain_text(
        "1\u202f000\u202f001"
    )
    workbench.page.get_by_role("combobox", name="Metric").select_option("learning_rate")
    open_settings(workbench).get_by_role("textbox", name="learning rate").fill("0.125")
    workbench.wait_until(
        lambda: {0.5, 0.125} <= set(workbench.page.evaluate(LINE, "learning rate") or ()),
        "both rates on the curve",
    )
    workbench.press("Escape")
    workbench.page.get_by_role("button", name="Pause training").click()
    workbench.wait_until(lambda: rest_at(workbench) > 0, "the pause")
    assert workbench.session_id == session
    rates = workbench.read("/metrics")["learning_rate"]
    assert rates == sorted(rates, reverse=True)


def test_where_the_loss_is_no_number_the_curve_says_so_and_leads_to_the_op(
    workbench: Workbench,
) -> None:
    open_spec(workbench, DIVERGING)
    settings = open_settings(workbench)
    settings.get_by_role("textbox", name="iterations").fill("20")
    settings.get_by_role("textbox", name="record every").fill("5")
    workbench.press("Escape")
    train(workbench)
    bar = workbench.page.get_by_role("status").filter(has_text="Loss not finite")
    expect(bar).to_be_visible()
    losses = workbench.read("/metrics")["loss"]
    first = next(number for number, loss in enumerate(losses) if isinstance(loss, str))
    expect(bar).to_contain_text(f"from iteration {first}")
    workbench.wait_until(
        lambda: (workbench.page.evaluate(MARKS) or [None])[0] == first, "the first is marked"
    )
    workbench.wait_until(lambda: rest_at(workbench) > 0, "the end of the run")
    bar.get_by_role("button", name="Show the first bad op").click()
    recorded = next(each for each in workbench.read("")["iterations_recorded"] if each >= first)
    picker = workbench.page.get_by_role("combobox", name="Iteration")
    expect(picker).to_have_value(str(recorded))
    expect(workbench.page.get_by_role("status").filter(has_text="First bad number")).to_be_visible()
    tape = workbench.read("/tape", iteration=recorded, values="inline")
    bad = tape["frame"]["bad_number"]["tensor"]
    revealing = next(
        number
        for number, event in enumerate(tape["structure"]["events"])
        if bad in event["reveals"]
    )
    workbench.wait_until(lambda: workbench.playhead == revealing + 1, "the playhead is there")


def test_a_command_that_fails_is_told_and_training_goes_on(workbench: Workbench) -> None:
    open_spec(workbench, CIRCLES)
    train(workbench)
    workbench.rest.post(
        f"/sessions/{workbench.session_id}/commands",
        json={"kind": "run", "epochs": 1_000_000},
    )
    expect(workbench.page.get_by_text("epochs asks for")).to_be_visible()
    workbench.wait_until(lambda: rest_at(workbench) == 501, "the end of the run")
