"""TensorFlow Playground's default network while it trains in our page: speed, frames, memory."""

import time
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.specs import PLAYGROUND
from bench.stage_figures import COUNT_FRAMES, heap_megabytes
from tests.browser.chromium import launch_chromium
from tests.live_server import LiveServer

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
WATCHED_SECONDS = 4.0
WARM_ITERATIONS = 500
FEW, MANY = 1_000, 10_000  # iterations between which the heap may not grow
AIM_EPOCHS = 100  # a second; Playground itself: 58.9, one a frame
AIM_FRAMES = 50


COUNT_SURFACES = """() => {
  window.surfacesSeen = 0;
  const figure = document.querySelector("figure[data-iteration]");
  const count = () => { window.surfacesSeen += 1; };
  new MutationObserver(count).observe(figure, { attributeFilter: ["data-iteration"] });
}"""

EPOCH = PLAYGROUND["data"]["samples"] // PLAYGROUND["batch_size"]


def measure_training_page(server: LiveServer) -> list[dict[str, Any]]:
    """Each figure as `name`, `value`, `unit`, `aim`; rates count upwards."""
    with (
        sync_playwright() as playwright,
        launch_chromium(playwright) as browser,
        server.client() as client,
    ):
        path = f"/sessions/{open_session(client)}"
        page = open_page(browser, server.origin, path)
        train_to(page, client, path, WARM_ITERATIONS)
        rates = measure_rates(page, client, path)
        page.close()
        return [*rates, *measure_heap(browser, server, client)]


def open_session(client: httpx.Client) -> str:
    """The identifier of a session with the network, at iteration 1."""
    answer = client.post("/sessions", json={"spec": PLAYGROUND}).raise_for_status()
    identifier: str = answer.json()["id"]
    client.post(f"/sessions/{identifier}/commands", json={"kind": "record"}).raise_for_status()
    return identifier


def open_page(browser: Browser, origin: str, path: str) -> Page:
    """The workbench with the session on its stage."""
    page = browser.new_page(viewport=VIEWPORT)
    page.goto(f"{origin}/#s={path.rpartition('/')[2]}")
    page.wait_for_selector("[data-painted]", timeout=30_000)
    return page


def command(client: httpx.Client, path: str, **body: Any) -> None:
    """Tell the session to do something."""
    client.post(f"{path}/commands", json=body).raise_for_status()


def train_to(page: Page, client: httpx.Client, path: str, iteration: int) -> None:
    """Train up to an iteration, and wait until the page has drawn it."""
    here = client.get(path).json()["iteration"]
    command(client, path, kind="run", iterations=iteration - here, record_every=1_000)
    while client.get(path).json()["phase"] == "running":
        page.wait_for_timeout(50)
    page.wait_for_timeout(1_000)


def measure_rates(page: Page, client: httpx.Client, path: str) -> list[dict[str, Any]]:
    """Epochs and frames a second while a person's run, started in the page, is under way."""
    page.get_by_role("button", name="Training settings").click()
    page.get_by_role("textbox", name="iterations").fill("1000000")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Train", exact=True).click()
    while client.get(path).json()["phase"] != "running":
        page.wait_for_timeout(10)
    page.wait_for_timeout(500)
    page.evaluate(COUNT_FRAMES)
    page.evaluate(COUNT_SURFACES)
    started, first = time.perf_counter(), client.get(path).json()["iteration"]
    page.wait_for_timeout(WATCHED_SECONDS * 1_000)
    seconds, last = time.perf_counter() - started, client.get(path).json()["iteration"]
    frames = page.evaluate(
        "() => { cancelAnimationFrame(window.frameCounter); return framesSeen; }"
    )
    surfaces = page.evaluate("window.surfacesSeen")
    command(client, path, kind="pause")
    return [
        rate("training in the page", (last - first) / EPOCH / seconds, "epochs/s", AIM_EPOCHS),
        rate("frames while curves and surface move", frames / seconds, "fps", AIM_FRAMES),
        rate("decision surfaces meanwhile", surfaces / seconds, "per s", None),
    ]


def rate(name: str, value: float, unit: str, aim: int | None) -> dict[str, Any]:
    """A figure that is better when it is larger."""
    return {"name": name, "value": value, "unit": unit, "aim": aim, "more_is_better": True}


def measure_heap(
    browser: Browser, server: LiveServer, client: httpx.Client
) -> list[dict[str, Any]]:
    """What the page's JavaScript holds after few and after many iterations, and the difference."""
    path = f"/sessions/{open_session(client)}"
    page = open_page(browser, server.origin, path)
    megabytes = []
    for iteration in (FEW, MANY):
        train_to(page, client, path, iteration)
        megabytes.append(heap_megabytes(page))
    page.close()
    few, many = megabytes
    return [
        {"name": f"heap after {FEW:,} iterations", "value": few, "unit": "MB", "aim": None},
        {"name": f"heap after {MANY:,} iterations", "value": many, "unit": "MB", "aim": None},
    ]
