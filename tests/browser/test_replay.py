"""The one-file replay, from disk and without a network: what it shows is what was recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from bench.workloads import build_workload
from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.exports.replay_composition import compose_replay, replay_experiment
from gradtape.spec import examples
from tests.browser.open_replay import OpenReplay
from tests.browser.screen_numbers import (
    HALF_A_DIGIT,
    assert_shown,
    inspector,
    number_grid,
    read_number,
    shown_cells,
)
from tests.browser.test_screenshots import FOLDER, OVERFLOW, SIZES
from tests.exports.replays import document_of, wide_recording, write_replay

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"
ITERATIONS = (0, 20)


@dataclass(frozen=True)
class RecordedFile:
    """A replay on disk, and what it was made of, by iteration."""

    path: Path
    recordings: dict[int, Recording]


@pytest.fixture(scope="module")
def moons(tmp_path_factory: pytest.TempPathFactory) -> RecordedFile:
    """The moons example: iterations 0 and 20 of 21."""
    experiment = Experiment(examples()["moons"].spec.model_copy(update={"device": "cpu"}))
    for number in range(ITERATIONS[-1] + 1):
        step = experiment.record_iteration if number in ITERATIONS else experiment.train_iteration
        step()
    path = tmp_path_factory.mktemp("replay") / "moons.html"
    path.write_bytes(write_replay(replay_experiment(experiment)))
    return RecordedFile(path, {number: experiment.recording(number) for number in ITERATIONS})


@pytest.fixture
def replay(browser: Browser, moons: RecordedFile) -> Iterator[OpenReplay]:
    """The moons file at 1280×720, not opened yet; afterwards it must have been silent."""
    opened = OpenReplay(browser, moons.path, viewport={"width": 1280, "height": 720})
    yield opened
    opened.close()


def choose(replay: OpenReplay, recording: Recording, name: str) -> None:
    replay.wait_until_still()
    replay.page.locator(f'[data-chip="{recording.find(name)}"]').first.click()


def test_the_first_paint_is_the_last_recorded_graph_at_its_start(
    replay: OpenReplay, moons: RecordedFile
) -> None:
    replay.open()
    structure = moons.recordings[20].structure
    assert replay.stage.get_attribute("data-painted") == structure.hash
    assert replay.playhead == 0
    expect(replay.page.get_by_role("heading", name="moons")).to_be_visible()
    expect(replay.page.get_by_role("combobox", name="Iteration")).to_have_value("20")
    expect(replay.page.get_by_text("PyTorch 2.")).to_be_visible()


def test_every_step_forward_shows_what_its_op_computed_and_back_again(
    replay: OpenReplay, moons: RecordedFile
) -> None:
    replay.open()
    recording = moons.recordings[20]
    structure = recording.structure
    forward = [event for event in structure.events if event.kind == "forward_op"]
    for event in forward:
        replay.press("ArrowRight")
        position = event.sequence + 1
        replay.wait_until(lambda at=position: replay.playhead == at, f"event {position}")
        expect(inspector(replay.page)).to_contain_text(f"Event {position}")
        result = structure.ops[event.subject].results[-1]
        assert_shown(number_grid(replay.page), recording.values(result).tolist())
    for position in range(len(forward) - 1, -1, -1):
        replay.press("ArrowLeft")
        replay.wait_until(lambda at=position: replay.playhead == at, f"event {position}")


def test_parameters_and_gradients_are_those_of_the_iteration_that_is_shown(
    replay: OpenReplay, moons: RecordedFile
) -> None:
    replay.open()
    replay.press("End")
    picker = replay.page.get_by_role("combobox", name="Iteration")
    for key, iteration in (("[", 0), ("]", 20)):
        replay.press(key)
        expect(picker).to_have_value(str(iteration))
        recording = moons.recordings[iteration]
        choose(replay, recording, "fc1.weight")
        weight = recording.find("fc1.weight")
        inspector(replay.page).get_by_role("tab", name="Value").click()
        assert_shown(number_grid(replay.page), recording.values(weight).tolist())
        inspector(replay.page).get_by_role("tab", name="Gradient").click()
        gradient = recording.structure.tensors[weight].gradient
        assert gradient is not None
        assert_shown(number_grid(replay.page), recording.values(gradient).tolist())
        replay.page.get_by_role("heading", name="moons").click()  # away from what has the keys


def test_a_group_opens_and_closes(replay: OpenReplay) -> None:
    replay.open()
    layer = replay.page.locator("[data-card]").filter(has_text="fc1")
    layer.locator("[data-open]").first.click()
    title = replay.page.get_by_role("button", name="fc1 · linear, close this group").first
    expect(title).to_be_visible()
    replay.wait_until_still()
    title.click()
    expect(title).to_have_count(0)
    expect(layer.first).to_be_visible()


def test_the_theme_goes_round(replay: OpenReplay) -> None:
    replay.open()
    theme = replay.page.locator("html")
    button = replay.page.get_by_role("button", name="Theme")
    seen: set[str | None] = set()
    for _ in range(4):
        button.click()
        seen.add(theme.get_attribute("data-theme"))
    assert seen == {"light", "dark", "projector"}


def test_the_curve_is_drawn_from_all_iterations(replay: OpenReplay, moons: RecordedFile) -> None:
    replay.open()
    expect(replay.page.locator(".js-plotly-plot .scatterlayer path").first).to_be_visible()
    ends = "() => document.querySelector('.js-plotly-plot').data[0].y.length"
    assert replay.page.evaluate(ends) == 21
    losses = "() => document.querySelector('.js-plotly-plot').data[0].y"
    first, last = moons.recordings[0].loss, moons.recordings[20].loss
    drawn = replay.page.evaluate(losses)
    assert (drawn[0], drawn[20]) == (pytest.approx(first), pytest.approx(last))


def test_the_address_leads_back_to_the_place(replay: OpenReplay, moons: RecordedFile) -> None:
    replay.open()
    replay.press("[", *["ArrowRight"] * 3)
    weight = moons.recordings[0].find("fc2.weight")
    choose(replay, moons.recordings[0], "fc2.weight")
    fragment = f"#i=0&e=3&s=tensor.{weight}"
    replay.wait_until(lambda: replay.page.url.endswith(fragment), "the address names the place")
    replay.page.goto("about:blank")
    replay.open(fragment)
    replay.wait_until(lambda: replay.playhead == 3, "the same event")
    expect(replay.page.get_by_role("combobox", name="Iteration")).to_have_value("0")
    expect(inspector(replay.page).get_by_role("heading", name="fc2.weight")).to_be_visible()
    replay.page.evaluate("() => { location.hash = '#i=20&e=5'; }")
    replay.wait_until(lambda: replay.playhead == 5, "a link to another place")


def test_nothing_can_be_trained_or_changed(replay: OpenReplay) -> None:
    replay.open()
    for name in ("Train", "Record next", "Share"):
        expect(replay.page.get_by_role("button", name=name)).to_have_count(0)
    replay.press("n", "r", "?")
    help_dialog = replay.page.get_by_role("dialog")
    expect(help_dialog).to_contain_text("recorded iteration")
    expect(help_dialog).not_to_contain_text("train")
    expect(replay.page.get_by_role("complementary", name="Recipe")).to_have_count(0)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network whose name wants to be a script."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.html"
    path.write_bytes(write_replay(document_of(wide_recording(), name=HOSTILE)))
    return path


def test_a_hostile_name_is_text(browser: Browser, hostile: Path) -> None:
    opened = OpenReplay(browser, hostile, viewport={"width": 1280, "height": 720}).open()
    heading = opened.page.get_by_role("heading", name="</script>")
    assert heading.get_attribute("title") == HOSTILE
    assert opened.page.title() == f"{HOSTILE} · Gradtape"
    expect(opened.page.locator("img")).to_have_count(0)
    opened.close()


INTRUDERS = """
async () => {
  const script = document.createElement("script");
  script.textContent = "document.title = 'intruded'";
  document.head.append(script);
  const failure = await fetch("https://example.org/").catch((error) => error);
  return [document.title, failure instanceof TypeError];
}
"""


def test_the_policy_stops_foreign_scripts_and_every_request(
    browser: Browser, moons: RecordedFile
) -> None:
    opened = OpenReplay(browser, moons.path).open()
    assert opened.page.evaluate(INTRUDERS) == ["moons · Gradtape", True]
    refusals = [each for each in opened.said if "Content Security Policy" in each]
    assert any("script-src" in each for each in refusals)
    assert any("connect-src" in each for each in refusals)
    opened.said.clear()
    opened.close()


def test_a_preview_says_that_it_is_one_and_shows_what_it_has(
    browser: Browser, tmp_path: Path
) -> None:
    recording = wide_recording()
    path = tmp_path / "preview.html"
    path.write_bytes(write_replay(document_of(recording), aim_bytes=20_000))
    opened = OpenReplay(browser, path, viewport={"width": 1280, "height": 720}).open()
    notice = opened.page.get_by_role("status").filter(has_text="holds previews of tensors")
    expect(notice).to_be_visible()
    opened.page.locator("[data-card]").filter(has_text="input").first.click()
    expect(inspector(opened.page)).to_contain_text("A preview: of these 2 048 numbers")
    grid = number_grid(opened.page)
    heads = grid.locator(".side .index").all_inner_texts()
    row_step = int(heads[1]) - int(heads[0])
    assert row_step > 1
    column_heads = grid.locator(".head .index").all_inner_texts()
    column_step = int(column_heads[1]) - int(column_heads[0])
    exact = recording.values(recording.find("input"))
    assert_shown(grid, exact[::row_step, ::column_step].tolist())
    assert len(shown_cells(grid)) > 3
    norm = np.linalg.norm(exact.astype(np.float64))
    expect(inspector(opened.page).get_by_label("Statistics")).to_contain_text(f"{norm:.2f}")
    opened.close()


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six encoder layers: 334 nodes."""
    work = build_workload("transformer6")
    with Recorder(work.model, tensors={"input": work.x, "target": work.y}) as recorder:
        output = work.model(work.x)
        loss = work.loss(output, work.y)
        loss.backward()
    recording = recorder.finish(loss=loss, output=output)
    path = tmp_path_factory.mktemp("transformer") / "transformer6.html"
    path.write_bytes(write_replay(compose_replay("transformer6", [recording])))
    return path


def test_a_transformer_of_334_nodes_is_a_file_of_less_than_3_megabytes(
    browser: Browser, transformer: Path
) -> None:
    assert transformer.stat().st_size < 3_000_000
    opened = OpenReplay(browser, transformer, viewport={"width": 1280, "height": 720}).open()
    expect(opened.page.locator("[data-card]").first).to_be_visible()
    # One iteration: there is nowhere to travel to, and no curve.
    expect(opened.page.get_by_role("combobox", name="Iteration")).to_have_count(0)
    expect(opened.page.get_by_role("region", name="Curves")).to_have_count(0)
    opened.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("network", ["moons", "transformer"])
def test_a_replay_fits_its_window(
    request: pytest.FixtureRequest,
    browser: Browser,
    moons: RecordedFile,
    network: str,
    width: int,
    height: int,
    theme: str,
) -> None:
    file = moons.path if network == "moons" else request.getfixturevalue("transformer")
    size = {"width": width, "height": height}
    opened = OpenReplay(
        browser, file, viewport=size, color_scheme=theme, reduced_motion="reduce"
    ).open()
    assert opened.page.locator("html").get_attribute("data-theme") == theme
    opened.press("End")
    opened.page.wait_for_timeout(800)  # the chart is drawn at its own pace
    FOLDER.mkdir(parents=True, exist_ok=True)
    opened.page.screenshot(path=FOLDER / f"replay-{network}-{width}x{height}-{theme}.png")
    assert opened.page.evaluate(OVERFLOW) == 0
    opened.close()


def test_a_replay_shows_how_the_gradient_flows_too(replay: OpenReplay, moons: RecordedFile) -> None:
    replay.open()
    replay.press("End")
    recording = moons.recordings[20]
    bars = replay.page.get_by_role("listbox", name="Gradient norm by layer")
    bars.focus()
    replay.press("Home")
    squares = 0.0
    for part in ("weight", "bias"):
        gradient = recording.structure.tensors[recording.find(f"fc1.{part}")].gradient
        assert gradient is not None
        squares += float(np.square(recording.values(gradient), dtype=np.float64).sum())
    told = bars.get_by_role("option").inner_text()
    assert told.startswith("fc1: norm ")
    shown = read_number(told.removeprefix("fc1: norm ").split(" ·")[0])
    assert shown == pytest.approx(squares**0.5, rel=HALF_A_DIGIT)
