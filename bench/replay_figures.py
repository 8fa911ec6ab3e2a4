"""A loop of 1,000 steps in a replay, in a real Chromium: opened, unfolded, folded, stepped."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.page_figures import PAINT_MILLISECONDS, STEP_MILLISECONDS, STEPS, WATCH_FOR_PAINT
from tests.browser.chromium import launch_chromium
from tests.browser.recorded_workloads import save_replay

OPENINGS = 5
FOLD = '[data-frame][aria-label*="fold its steps"]'
UNFOLD = "[data-unfold]"

# The tape is there once its structure, by far the longest text, has been parsed.
WATCH_FOR_TAPE = """
const parse = JSON.parse;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  if (text.length > 100_000) window.tapeMilliseconds = performance.now();
  return value;
};
"""

PRESS_MILLISECONDS = """
(selector) => new Promise((resolve) => {
  const stage = document.querySelector("[data-painted]");
  const before = stage.dataset.cards;
  const started = performance.now();
  for (const type of ["pointerdown", "pointerup"]) {
    document.querySelector(selector).dispatchEvent(
      new PointerEvent(type, { bubbles: true, button: 0, pointerId: 1 }),
    );
  }
  const watch = () => stage.dataset.cards === before
    ? requestAnimationFrame(watch)
    : resolve(performance.now() - started);
  watch();
})
"""


def measure_replay() -> list[dict[str, Any]]:
    """Each figure as `name`, `value`, `unit`, `aim`; medians."""
    with tempfile.TemporaryDirectory() as folder:
        _, file = save_replay("rnn1000", Path(folder))
        with sync_playwright() as playwright, launch_chromium(playwright) as browser:
            openings = [measure_opening(browser, file) for _ in range(OPENINGS)]
    aims = {"folded": 500, "unfolded": 2_000, "folded again": 500, "playhead step": 16}
    return [
        {
            "name": f"1,000 steps: {name}",
            "value": statistics.median(opening[name] for opening in openings),
            "unit": "ms",
            "aim": aim,
        }
        for name, aim in aims.items()
    ]


def measure_opening(browser: Browser, file: Path) -> dict[str, float]:
    """From the tape to its painted graph, from a press to all steps, and back."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(WATCH_FOR_TAPE + WATCH_FOR_PAINT)
    page.goto(file.as_uri())
    painted = page.evaluate(PAINT_MILLISECONDS)
    taken = {
        "folded": painted - page.evaluate("window.tapeMilliseconds"),
        "playhead step": median_step(page),
        "unfolded": page.evaluate(PRESS_MILLISECONDS, UNFOLD),
        "folded again": page.evaluate(PRESS_MILLISECONDS, FOLD),
    }
    page.close()
    return taken


def median_step(page: Page) -> float:
    """Milliseconds of work from the key to the frame in which the playhead has moved."""
    return statistics.median(page.evaluate(STEP_MILLISECONDS) for _ in range(STEPS))
