"""Changing the network: a layer more, a mistake, the mistake undone."""

import re

from playwright.sync_api import Page, expect

from tests.browser.workbench import Workbench


def layer_names(bench: Workbench) -> list[str]:
    return [layer["name"] for layer in bench.read("")["spec"]["network"]["layers"]]


def recipe_buttons(page: Page) -> list[str]:
    # In one go: between two looks at the list a layer of it may be gone.
    return page.locator("[data-layer]").evaluate_all("(all) => all.map((e) => e.dataset.layer)")


def add_layer(page: Page, search: str) -> None:
    page.get_by_role("button", name="Add a layer").click()
    page.get_by_role("searchbox", name="Search layers").fill(search)
    page.keyboard.press("Enter")


def open_layer(page: Page, name: str) -> None:
    page.locator(f'[data-layer="{name}"]').click()


def test_an_added_layer_is_recorded_and_drawn(workbench: Workbench) -> None:
    workbench.open()
    before = workbench.stage.get_attribute("data-painted")
    open_layer(workbench.page, layer_names(workbench)[0])
    add_layer(workbench.page, "dropout")
    expect(workbench.stage).not_to_have_attribute("data-painted", before or "")
    workbench.wait_until(lambda: "dropout" in layer_names(workbench), "the session has the layer")
    assert layer_names(workbench)[1] == "dropout"
    assert workbench.tape()["structure"]["hash"] == workbench.stage.get_attribute("data-painted")
    card = workbench.page.locator("[data-card]").filter(has_text="dropout")
    expect(card.first).to_be_visible()


def test_a_mistake_is_marked_at_its_field_with_the_servers_own_words(workbench: Workbench) -> None:
    workbench.open()
    spec = workbench.read("")["spec"]
    open_layer(workbench.page, spec["network"]["layers"][0]["name"])
    field = workbench.page.get_by_role("textbox", name=re.compile("^out.features$"))
    field.fill("-3")
    spec["network"]["layers"][0]["out_features"] = -3
    answer = workbench.rest.post("/record", json=spec)
    assert answer.status_code == 422
    message = answer.json()["error"]["message"]
    expect(field).to_have_attribute("aria-invalid", "true")
    described_by = field.get_attribute("aria-describedby") or ""
    expect(workbench.page.locator(f"[id='{described_by}']")).to_contain_text(message)
    workbench.forgive("status of 422")


def test_a_corrected_mistake_is_forgiven(workbench: Workbench) -> None:
    workbench.open()
    open_layer(workbench.page, layer_names(workbench)[0])
    field = workbench.page.get_by_role("textbox", name=re.compile("^out.features$"))
    field.fill("0")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("5")
    expect(field).to_have_attribute("aria-invalid", "false")
    workbench.wait_until(
        lambda: workbench.read("")["spec"]["network"]["layers"][0]["out_features"] == 5,
        "the session has five features",
    )
    expect(workbench.page.get_by_text("Building the network")).to_have_count(0)
    weight = [t for t in workbench.tape()["structure"]["tensors"] if t["name"] == "fc1.weight"]
    assert weight[0]["shape"] == [5, 2]
    workbench.forgive("status of 422")


def test_layers_are_reordered_and_removed_by_keyboard(workbench: Workbench) -> None:
    workbench.open()
    first, second, *others = layer_names(workbench)
    workbench.page.locator(f'[data-layer="{second}"]').focus()
    workbench.press("Alt+ArrowUp")
    workbench.wait_until(
        lambda: recipe_buttons(workbench.page) == [second, first, *others], "the new order"
    )
    expect(workbench.page.locator(f'[data-layer="{second}"]')).to_be_focused()
    workbench.press("Delete")
    workbench.wait_until(lambda: recipe_buttons(workbench.page) == [first, *others], "one less")


def test_every_example_opens_as_a_recorded_graph(workbench: Workbench) -> None:
    workbench.open()
    examples = workbench.rest.get("/examples").raise_for_status().json()
    assert len(examples) >= 4
    for example in examples[1:]:
        painted = workbench.stage.get_attribute("data-painted") or ""
        workbench.page.get_by_role("button", name="Examples").click()
        workbench.page.get_by_role("menuitem", name=re.compile(example["title"])).click()
        expect(workbench.stage).not_to_have_attribute("data-painted", painted)
        workbench.wait_until(
            lambda name=example["spec"]["name"]: workbench.read("")["spec"]["name"] == name,
            "the address names the example's session",
        )
