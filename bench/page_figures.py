"""What the page takes in a real Chromium: until the graph is there, and to move the playhead."""

import gzip
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, Response, sync_playwright

from tests.browser.chromium import launch_chromium
from tests.live_server import LiveServer

LOADS = 7
STEPS = 30

WATCH_FOR_PAINT = """
new MutationObserver((_changes, observer) => {
  if (document.querySelector("[data-painted]")) {
    observer.disconnect();
    requestAnimationFrame(() => { window.firstPaintMilliseconds = performance.now(); });
  }
}).observe(document, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-painted"],
});
"""

# Not Playwright's wait_for_function: that evaluates text, which the page's policy forbids.
PAINT_MILLISECONDS = """
() => new Promise((resolve) => {
  const watch = () => window.firstPaintMilliseconds === undefined
    ? requestAnimationFrame(watch)
    : resolve(window.firstPaintMilliseconds);
  watch();
})
"""

# What the page works from the key to the painted frame: the wait for the screen's next frame, up
# to 16.7 ms whatever the page does, is left out.
STEP_MILLISECONDS = """
() => new Promise((resolve) => {
  const stage = document.querySelector("[data-playhead]");
  let worked = 0, begun = 0;
  new MutationObserver((_, observer) => {
    observer.disconnect();
    // A message comes after the frame's style, layout and paint.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(worked + performance.now() - begun);
    port2.postMessage(null);
  }).observe(stage, { attributeFilter: ["data-playhead"] });
  requestAnimationFrame(() => { begun = performance.now(); });
  const pressed = performance.now();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  // What the key changes is brought to the page in microtasks, before the frame.
  Promise.resolve().then(() => Promise.resolve()).then(() => {
    worked = performance.now() - pressed;
  });
})
"""


def measure_page(server: LiveServer) -> list[dict[str, Any]]:
    """Each figure as `name`, `value`, `unit`, `aim`."""
    with sync_playwright() as playwright, launch_chromium(playwright) as browser:
        loads = [measure_load(browser, server.origin) for _ in range(LOADS)]
        step = measure_step(browser, server.origin)
    paint = statistics.median(milliseconds for milliseconds, _ in loads)
    size = max(script_bytes for _, script_bytes in loads)
    return [
        {"name": "first graph painted", "value": paint, "unit": "ms", "aim": 1_000},
        {"name": "JavaScript before it", "value": size / 1_000, "unit": "kB gzip", "aim": 350},
        {"name": "playhead step", "value": step, "unit": "ms", "aim": 16},
    ]


def measure_load(browser: Browser, origin: str) -> tuple[float, int]:
    """Milliseconds from navigation to the painted graph, and gzipped script bytes before it.

    A context of its own each time: nothing is cached, and a session is opened anew.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.add_init_script(WATCH_FOR_PAINT)
    scripts: list[Response] = []
    page.on("response", lambda answer: scripts.append(answer) if is_script(answer) else None)
    page.goto(origin)
    milliseconds = page.evaluate(PAINT_MILLISECONDS)
    before_paint = [answer for answer in scripts if began_before(page, answer, milliseconds)]
    size = sum(len(gzip.compress(answer.body(), 6)) for answer in before_paint)
    context.close()
    return milliseconds, size


def is_script(answer: Response) -> bool:
    """Whether this is JavaScript, a worker's included."""
    return "javascript" in answer.headers.get("content-type", "")


def began_before(page: Page, answer: Response, milliseconds: float) -> bool:
    """Whether a request began before that time on the page's clock."""
    origin = page.evaluate("performance.timeOrigin")
    return answer.request.timing["startTime"] - origin <= milliseconds


def measure_step(browser: Browser, origin: str) -> float:
    """Median milliseconds of work from the key to the frame in which the playhead has moved."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(origin)
    page.wait_for_selector("[data-painted]", timeout=30_000)
    page.keyboard.press("Home")
    taken = [page.evaluate(STEP_MILLISECONDS) for _ in range(STEPS)]
    page.close()
    return statistics.median(taken)
