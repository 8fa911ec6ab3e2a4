"""Loops folded into one step with a slider, and groups that open and close where they are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Locator, expect
from torch import Tensor

from bench.workloads import Workload
from tests.browser.open_replay import OpenReplay
from tests.browser.recorded_workloads import save_replay
from tests.browser.screen_numbers import assert_shown, inspector, number_grid
from tests.browser.stillness import wait_until_still

STEPS = 1_000
LOOP = "matmul, tanh × 1\u202f000"
A_PIXEL = 2.0


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workload, Path]:
    """1,000 steps of tanh(x @ w)."""
    return save_replay("rnn1000", tmp_path_factory.mktemp("loop"))


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six encoder layers."""
    return save_replay("transformer6", tmp_path_factory.mktemp("transformer"))[1]


def opened(browser: Browser, file: Path) -> Iterator[OpenReplay]:
    """The file, open; afterwards it must have been silent."""
    replay = OpenReplay(browser, file, viewport={"width": 1280, "height": 720})
    yield replay.open()
    replay.close()


@pytest.fixture
def rnn(browser: Browser, loop: tuple[Workload, Path]) -> Iterator[OpenReplay]:
    yield from opened(browser, loop[1])


@pytest.fixture
def blocks(browser: Browser, transformer: Path) -> Iterator[OpenReplay]:
    yield from opened(browser, transformer)


def slider(replay: OpenReplay) -> Locator:
    return replay.page.get_by_role("slider", name=f"Step of {LOOP}")


def card(replay: OpenReplay, name: str) -> Locator:
    """The forward card of that name."""
    return replay.page.locator("[data-card]").filter(has_text=re.compile(rf"^▸?{name}"))


def expect_step(replay: OpenReplay, step: str) -> None:
    expect(slider(replay)).to_have_attribute("aria-valuetext", f"step {step} of 1\u202f000")


def state_after(work: Workload, steps: int) -> Tensor:
    """The state of the loop after so many steps, computed without any recording."""
    (weight,) = work.model.parameters()
    x = work.x
    with torch.no_grad():
        for _ in range(steps):
            x = torch.tanh(x @ weight)
    return x


def corner(element: Locator) -> tuple[float, float]:
    """Where an element begins on the screen, once it has come to rest."""
    wait_until_still(element.page)
    box = element.bounding_box()
    assert box is not None
    return box["x"], box["y"]


def assert_stays(before: tuple[float, float], after: tuple[float, float]) -> None:
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < A_PIXEL


def test_a_loop_opens_as_one_step_before_the_loss(rnn: OpenReplay) -> None:
    names = rnn.page.locator("[data-card]").all_inner_texts()
    assert [name.split("\n")[0] for name in names] == ["matmul", "tanh", "pow", "loss"]
    expect_step(rnn, "1")
    expect(rnn.page.get_by_text("999", exact=True).first).to_be_visible()


def test_the_slider_shows_the_numbers_of_that_very_step(
    rnn: OpenReplay, loop: tuple[Workload, Path]
) -> None:
    rnn.press("End")
    for step in (417, 1, 1000):
        slider(rnn).fill(str(step))
        expect_step(rnn, "1\u202f000" if step == STEPS else str(step))
        card(rnn, "tanh").click()
        assert_shown(number_grid(rnn.page), state_after(loop[0], step).tolist())


def test_the_slider_is_worked_by_keys(rnn: OpenReplay) -> None:
    slider(rnn).focus()
    rnn.press("ArrowRight", "ArrowRight", "ArrowLeft")
    expect_step(rnn, "2")
    rnn.press("End")
    expect_step(rnn, "1\u202f000")
    assert rnn.playhead == 0
    expect(slider(rnn)).to_be_focused()


def test_what_stands_for_the_hidden_steps_leads_to_the_next_one(rnn: OpenReplay) -> None:
    rnn.page.get_by_role("button", name="999 more steps after this one").first.click()
    expect_step(rnn, "2")
    rnn.wait_until_still()
    rnn.page.get_by_role("button", name="One more step before this one").first.click()
    expect_step(rnn, "1")


def test_the_shown_step_follows_the_playhead_and_no_card_moves(rnn: OpenReplay) -> None:
    places = [corner(card(rnn, name)) for name in ("matmul", "tanh", "pow")]
    for position in range(1, 7):
        rnn.press("ArrowRight")
        rnn.wait_until(lambda at=position: rnn.playhead == at, f"event {position}")
        expect_step(rnn, str((position + 1) // 2))
        expect(card(rnn, "matmul" if position % 2 else "tanh")).to_have_attribute(
            "data-state", "current"
        )
    # Back from the end: pow and sum ran backward first, then the nodes of the last step.
    rnn.press("End", "ArrowLeft")
    expect_step(rnn, "1")
    assert [corner(card(rnn, name)) for name in ("matmul", "tanh", "pow")] == places


def test_a_selection_in_another_step_moves_the_slider_to_it(rnn: OpenReplay) -> None:
    rnn.press("End")
    slider(rnn).fill("417")
    card(rnn, "matmul").click()
    inspector(rnn.page).get_by_role("button", name=re.compile("^tanh")).first.click()
    expect_step(rnn, "416")
    expect(card(rnn, "tanh")).to_have_class(re.compile("is-selected"))


def test_a_loop_unfolds_and_folds_where_it_is(rnn: OpenReplay) -> None:
    rnn.press(*["ArrowRight"] * 5)
    expect_step(rnn, "3")
    head = rnn.page.locator(".stage-frame-title--forward")
    before = corner(head)
    rnn.page.get_by_role("button", name=f"Show all steps of {LOOP}").click()
    fold = rnn.page.get_by_role("button", name=f"{LOOP}, fold its steps into one").first
    expect(fold).to_be_visible()
    assert card(rnn, "matmul").count() > 1
    assert_stays(before, corner(head))
    fold.click()
    expect_step(rnn, "3")
    assert_stays(before, corner(head))


def test_a_loop_folds_from_its_midst(rnn: OpenReplay) -> None:
    rnn.page.get_by_role("button", name=f"Show all steps of {LOOP}").click()
    fold = rnn.page.get_by_role("button", name=f"{LOOP}, fold its steps into one").first
    expect(fold).to_be_visible()
    for _ in range(3):
        rnn.page.mouse.move(900, 600)
        rnn.page.mouse.down()
        rnn.page.mouse.move(100, 600, steps=4)
        rnn.page.mouse.up()
    before = corner(fold)
    assert before[0] < A_PIXEL  # the frame began long ago; its title is where the view begins
    fold.click()
    expect(slider(rnn)).to_be_visible()
    assert_stays(before, corner(rnn.page.locator(".stage-frame-title--forward")))


def test_a_shared_weight_counts_its_uses_and_shows_them_all(rnn: OpenReplay) -> None:
    chip = rnn.page.get_by_role("button", name=re.compile("^w, parameter")).first
    expect(chip).to_have_attribute("aria-label", re.compile("used in 1\u202f000 places"))
    expect(chip).to_contain_text("×1\u202f000")
    users = rnn.page.locator(".is-user")
    chip.hover()
    # The step in view, and what stands for the 999 others.
    expect(users).to_have_text([re.compile("matmul"), re.compile("999")])
    rnn.page.get_by_role("heading").first.hover()
    expect(users).to_have_count(0)
    chip.focus()
    expect(users).to_have_count(2)


def test_six_blocks_are_shown_first_and_every_op_is_two_openings_away(blocks: OpenReplay) -> None:
    layers = blocks.page.locator("[data-card]").filter(has_text="transformer")
    assert layers.locator(".stage-card-name").all_inner_texts() == [*"012345"]
    layer = card(blocks, "2")
    place = corner(layer)
    layer.locator("[data-open]").click()
    title = blocks.page.get_by_role("button", name="2, close this group").first
    assert_stays(place, corner(title))
    card(blocks, "self_attn").locator("[data-open]").click()
    op = card(blocks, "unsqueeze")
    expect(op).to_be_attached()
    inner = blocks.page.get_by_role("button", name="self_attn, close this group").first
    place = corner(inner)
    inner.click()
    expect(op).to_have_count(0)
    assert_stays(place, corner(card(blocks, "self_attn")))
