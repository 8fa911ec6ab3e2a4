"""The first layout of large graphs: ours beside elkjs and dagre, in one real Chromium.

The page is frontend/bench, built by `make bench`. It never goes over a network: the browser's
requests are answered from disk and from here.
"""

import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, Route, sync_playwright

from bench.workloads import build_workload
from gradtape.engine.recorder.recorder import Recorder
from tests.browser.chromium import launch_chromium

PAGE_FOLDER = Path("build/bench-page")
ORIGIN = "http://layouts.example"
ENGINES = ("ours", "elkjs", "dagre")
LIMIT_MILLISECONDS = 60_000
REPEATS = 3
REPEATED_UP_TO_MILLISECONDS = 5_000

AIMS = {"transformer6": 30, "rnn1000": 150, "chain10k": 1_000}
"""Milliseconds that our layout may take, by workload."""

MEASURE = "([address, engine, limit]) => window.layouts.measure(address, engine, limit)"


def measure_layout() -> list[dict[str, Any]]:
    """For each workload its size, and milliseconds by engine or what kept it from an answer."""
    with sync_playwright() as playwright, launch_chromium(playwright) as browser:
        return [measure_workload(browser, name) for name in AIMS]


def measure_workload(browser: Browser, name: str) -> dict[str, Any]:
    """All engines on one graph, one after the other."""
    structure = record_structure(name)
    outcomes = {engine: measure_engine(browser, structure, engine) for engine in ENGINES}
    size: dict[str, int] = outcomes["ours"]["size"]
    return {
        "workload": name,
        **size,
        "milliseconds": {engine: each["milliseconds"] for engine, each in outcomes.items()},
        "problems": {engine: each["problem"] for engine, each in outcomes.items()},
        "aim": AIMS[name],
    }


def record_structure(name: str) -> str:
    """The structure of one iteration, as JSON."""
    work = build_workload(name)
    with Recorder(work.model, tensors={"input": work.x, "target": work.y}) as recorder:
        output = work.model(work.x)
        loss = work.loss(output, work.y)
        loss.backward()
    return recorder.finish(loss=loss, output=output).structure.model_dump_json()


def measure_engine(browser: Browser, structure: str, engine: str) -> dict[str, Any]:
    """The median of a few first layouts, each in a worker of its own; slow engines run once."""
    page = open_page(browser, structure)
    try:
        size = page.evaluate("() => window.layouts.load('/structure.json')")
        taken: list[float] = []
        while len(taken) < REPEATS:
            outcome = page.evaluate(MEASURE, ["/structure.json", engine, LIMIT_MILLISECONDS])
            if outcome["problem"] is not None:
                return {"size": size, "milliseconds": None, "problem": outcome["problem"]}
            taken.append(outcome["milliseconds"])
            if taken[0] > REPEATED_UP_TO_MILLISECONDS:
                break
        return {"size": size, "milliseconds": statistics.median(taken), "problem": None}
    except Error as error:
        # Out of memory takes the whole page along.
        if "crash" not in str(error).lower():
            raise
        return {"size": None, "milliseconds": None, "problem": "page crashed"}
    finally:
        page.context.close()


def open_page(browser: Browser, structure: str) -> Page:
    """The built page, with a structure that it can fetch."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).lstrip("/")
        if path == "structure.json":
            route.fulfill(body=structure, content_type="application/json")
        else:
            route.fulfill(path=PAGE_FOLDER / (path or "index.html"))

    page = browser.new_context().new_page()
    page.context.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    page.wait_for_function("() => window.layouts !== undefined")
    return page
