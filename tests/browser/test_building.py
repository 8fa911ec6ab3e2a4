"""Changing the network: a layer more, a mistake, the mistake undone."""

import re

from playwright.sync_api import Page, expect

from tests.browser.screen_numbers import assert_shown, inspector, number_grid
from tests.browser.tapes import choose, tensor_named
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
    # Nothing of it can be run: the server has refused that too before the page says so.
    expect(workbench.page.get_by_text("This graph shows the last network")).to_be_visible()
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


def cards_of(bench: Workbench) -> list[str]:
    """What the cards on the stage are called, in the order of the tape."""
    names = (
        "(all) => all.map((e) => e.querySelector('.stage-card-name, .stage-loss-name').innerText)"
    )
    return bench.page.locator("[data-card]").evaluate_all(names)


def test_a_wrong_shape_ends_the_graph_and_a_right_one_brings_it_back(workbench: Workbench) -> None:
    workbench.resize(1600, 900)
    workbench.open()
    whole, session = cards_of(workbench), workbench.session_id
    assert whole == ["input", "fc1", "tanh1", "fc2", "tanh2", "fc3", "loss"]
    workbench.press("ArrowRight", "ArrowRight")
    workbench.wait_until(lambda: workbench.playhead == 2, "event 2")
    open_layer(workbench.page, "fc2")
    field = workbench.page.get_by_role("textbox", name=re.compile("^in.features$"))
    field.fill("7")

    bar = workbench.page.get_by_text("The graph ends before fc2")
    expect(bar).to_be_visible()
    expect(workbench.page.get_by_text("expects 7 input features")).to_be_visible()
    workbench.wait_until(lambda: cards_of(workbench) == ["input", "fc1", "tanh1"], "a part of it")
    expect(workbench.page.get_by_role("note", name="fc2 linear: does not work")).to_be_visible()
    # The end: one event for each of fc1's two ops, and one for tanh1.
    workbench.wait_until(lambda: workbench.playhead == 3, "the end of the part")
    expect(workbench.page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(workbench.page.get_by_role("combobox", name="Iteration")).to_be_disabled()
    assert workbench.session_id == session

    field.fill("8")
    expect(bar).to_have_count(0)
    workbench.wait_until(lambda: cards_of(workbench) == whole, "the whole graph")
    workbench.wait_until(lambda: workbench.session_id != session, "a session for the new network")
    workbench.wait_until(lambda: workbench.playhead == 2, "event 2 again")
    expect(workbench.page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    expect(workbench.page.locator('[data-layer="fc2"]')).to_have_attribute("aria-expanded", "true")
    workbench.forgive("status of 422")


def test_the_numbers_of_a_part_are_those_that_the_server_gives_for_it(workbench: Workbench) -> None:
    workbench.open()
    spec = workbench.read("")["spec"]
    spec["network"]["layers"][2]["in_features"] = 7
    parameters = {"until": "mistake", "values": "inline"}
    tape = workbench.rest.post("/record", params=parameters, json=spec).raise_for_status().json()
    open_layer(workbench.page, "fc2")
    workbench.page.get_by_role("textbox", name=re.compile("^in.features$")).fill("7")
    expect(workbench.stage).to_have_attribute("data-painted", tape["structure"]["hash"])
    weight = tensor_named(tape, "fc1.weight")
    choose(workbench.page, weight)
    assert_shown(number_grid(workbench.page), weight["values"])
    number_grid(workbench.page).get_by_role("gridcell").first.dblclick()
    expect(inspector(workbench.page).get_by_role("textbox", name="New value")).to_have_count(0)
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
