"""The stage with many nodes, in a real Chromium: first paint, panning, opening, memory.

The graphs are recordings of encoders of 6 to 180 layers, saved as replays and opened from disk, so
that no server takes part.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from torch import nn

import gradtape
from bench.workloads import SharedWeightChain
from tests.browser.chromium import launch_chromium

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
PAN_SECONDS = 2.0
PAN_TURNS = 3
CALM_MILLISECONDS = 800  # a glide of the camera takes less
LAYERS = {"300 nodes": 6, "3,000 nodes": 54, "10,000 nodes": 180}
"""Of an encoder. One layer has 55 autograd nodes, and 44 ops: 88 cards, half of them gradients."""

AIMS = {"300 nodes": 55, "3,000 nodes": 55, "10,000 nodes": 30}
"""Frames per second."""

COUNT_FRAMES = """
() => {
  window.framesSeen = -1;
  const count = () => {
    window.framesSeen += 1;
    window.frameCounter = requestAnimationFrame(count);
  };
  count();
}
"""

OPEN_ALL_OPS = """
() => new Promise((resolve) => {
  const stage = document.querySelector("[data-painted]");
  const cards = stage.dataset.cards;
  const started = performance.now();
  stage.focus();
  stage.dispatchEvent(new KeyboardEvent("keydown", { key: "3", bubbles: true }));
  const watch = () => stage.dataset.cards !== cards
    ? resolve(performance.now() - started)
    : requestAnimationFrame(watch);
  watch();
})
"""


def measure_stage() -> list[dict[str, Any]]:
    """Each figure as `name`, `value`, `unit`, `aim`; frames per second count upwards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        launch_chromium(playwright) as browser,
    ):
        figures: list[dict[str, Any]] = []
        for name, layers in LAYERS.items():
            file = save_encoder(layers, Path(folder) / f"{layers}.html")
            figures += measure_encoder(browser, name, file)
        return figures + measure_chain(browser, Path(folder) / "rnn1000.html")


def save_encoder(layers: int, path: Path) -> Path:
    """Record an encoder of so many layers, and save the replay."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, nhead=2, dim_feedforward=32, dropout=0, batch_first=True)
    model = nn.TransformerEncoder(layer, num_layers=layers, enable_nested_tensor=False)
    with gradtape.record(model) as tape:
        model(torch.randn(2, 8, 16)).pow(2).sum().backward()
    tape.save(path)
    return path


def measure_encoder(browser: Browser, name: str, file: Path) -> list[dict[str, Any]]:
    """First paint at the module level, opening all ops, and panning over them, far and near."""
    page, first_paint = open_replay(browser, file)
    # Many equal layers are folded into one at first; here all of them are meant.
    for button in page.locator("[data-unfold]").all():
        button.click()
    page.wait_for_timeout(CALM_MILLISECONDS)
    opening = page.evaluate(OPEN_ALL_OPS)
    page.wait_for_timeout(CALM_MILLISECONDS)
    near = pan_figure(page, f"{name}: panning over cards", AIMS[name])
    page.keyboard.press("0")
    page.wait_for_timeout(CALM_MILLISECONDS)
    far = pan_figure(page, f"{name}: panning, all in view", AIMS[name])
    heap = heap_megabytes(page)
    page.close()
    return [
        {"name": f"{name}: first paint", "value": first_paint, "unit": "ms", "aim": None},
        {"name": f"{name}: all ops opened", "value": opening, "unit": "ms", "aim": None},
        near,
        far,
        {"name": f"{name}: heap", "value": heap, "unit": "MB", "aim": None},
    ]


def measure_chain(browser: Browser, path: Path) -> list[dict[str, Any]]:
    """A thousand steps of a loop: how soon they are there."""
    torch.manual_seed(0)
    model = SharedWeightChain(1_000)
    with gradtape.record(model) as tape:
        model(torch.randn(4, 16)).pow(2).sum().backward()
    tape.save(path)
    page, first_paint = open_replay(browser, path)
    page.close()
    return [{"name": "rnn1000: first paint", "value": first_paint, "unit": "ms", "aim": 500}]


def open_replay(browser: Browser, file: Path) -> tuple[Page, float]:
    """A file in a page of its own, and the milliseconds until its graph was painted."""
    page = browser.new_page(viewport=VIEWPORT)
    started = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector("[data-painted]", timeout=120_000)
    return page, (time.perf_counter() - started) * 1_000


def pan_figure(page: Page, name: str, aim: int) -> dict[str, Any]:
    """The median of some turns of panning."""
    value = statistics.median(frames_per_second(page) for _ in range(PAN_TURNS))
    return {"name": name, "value": value, "unit": "fps", "aim": aim, "more_is_better": True}


def frames_per_second(page: Page) -> float:
    """Frames while the pointer drags the ground to and fro, as a hand does."""
    box = page.locator("[data-painted]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT_FRAMES)
    started, moves = time.perf_counter(), 0
    while time.perf_counter() - started < PAN_SECONDS:
        moves += 1
        page.mouse.move(x + 6 * (moves % 40 - 20), y + moves % 7)
    frames = page.evaluate(
        "() => { cancelAnimationFrame(window.frameCounter); return framesSeen; }"
    )
    seconds = time.perf_counter() - started
    page.mouse.up()
    return frames / seconds


def heap_megabytes(page: Page) -> float:
    """What the page's JavaScript holds, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize") / 1e6
