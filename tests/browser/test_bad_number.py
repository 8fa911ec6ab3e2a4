"""A number that is not finite: the page names the op that made it, and leads there."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.workbench import Workbench

# 1e25 · 1e25 is beyond float32: the first linear layer makes infinity.
OVERFLOW = {
    "name": "overflow",
    "data": {"kind": "inline", "x": [[1e25, 1.0]], "y": [[1.0]]},
    "network": {
        "layers": [
            {
                "kind": "linear",
                "name": "fc1",
                "out_features": 2,
                "bias": False,
                "init": {"weight": {"kind": "constant", "value": 1e25}},
            },
            {"kind": "tanh"},
            {"kind": "linear", "name": "fc2", "out_features": 1},
        ]
    },
    "loss": {"kind": "mse"},
    "optimizer": {"kind": "sgd", "lr": 0.1},
}
SHOTS = Path("build/screenshots")


def test_the_first_bad_number_is_named_and_one_click_leads_to_it(workbench: Workbench) -> None:
    session = workbench.prepare({"spec": OVERFLOW})
    workbench.open(f"/#s={session}")
    tape = workbench.tape()
    bad = tape["frame"]["bad_number"]
    assert tape["structure"]["ops"][bad["op"]]["name"] == "aten.mm"
    bar = workbench.page.get_by_role("status").filter(has_text="First bad number")
    expect(bar).to_contain_text("mm made ∞, forward pass")
    assert bar.get_attribute("title") == bad["message"]
    bar.get_by_role("button", name="Go there").click()
    revealing = next(
        number
        for number, event in enumerate(tape["structure"]["events"])
        if bad["tensor"] in event["reveals"]
    )
    workbench.wait_until(lambda: workbench.playhead == revealing + 1, "the playhead is there")
    expect(workbench.page.get_by_role("complementary").filter(has_text="∞").first).to_be_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    workbench.page.screenshot(path=SHOTS / "bad-number.png")


def test_a_healthy_iteration_has_no_such_bar(workbench: Workbench) -> None:
    workbench.open()
    expect(workbench.page.get_by_text("First bad number")).to_have_count(0)
