"""Pictures of the stage: as SVG, in pixels, on the clipboard and on paper."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: bytes) -> ElementTree.Element:
    """The file's root; our own page wrote it."""
    return ElementTree.fromstring(svg)  # noqa: S314


def take(bench: Workbench, title: str) -> tuple[str, bytes]:
    """Choose a picture in the menu; answers the file's name and content."""
    bench.page.get_by_role("button", name="Export").click()
    with bench.page.expect_download() as download:
        bench.page.get_by_role("menuitem", name=title).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


DECODE = """
async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const counts = {};
  for (let i = 0; i < data.length; i += 4) {
    const color = [data[i], data[i + 1], data[i + 2], data[i + 3]].join(" ");
    counts[color] = (counts[color] ?? 0) + 1;
  }
  return { width: image.width, height: image.height, counts };
}
"""


COLOR_OF_THE_UPDATE = """
() => getComputedStyle(document.documentElement).getPropertyValue("--update").trim()
"""


def test_the_svg_of_everything_parses_and_names_every_card(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("End")
    names = workbench.page.locator("[data-card] .stage-card-name").all_inner_texts()
    loss = workbench.tape()["frame"]["loss"]
    file_name, content = take(workbench, "Stage as SVG")
    assert file_name == "moons-stage.svg"
    root = parse(content)
    written = [text.text for text in root.iter(f"{SVG}text")]
    assert set(names) <= set(written)
    assert f"{loss:.4f}" in written
    assert "FORWARD →" in written
    images = [image.get("href", "") for image in root.iter(f"{SVG}image")]
    assert len(images) > len(names)
    assert all(href.startswith("data:image/png;base64,") for href in images)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == f"Iteration 0, event {workbench.playhead} of {workbench.playhead}"


def test_the_picture_is_of_the_shown_event(workbench: Workbench) -> None:
    workbench.open()
    _, content = take(workbench, "Stage as SVG")
    written = [text.text for text in parse(content).iter(f"{SVG}text")]
    assert "?" in written  # the loss
    assert "not yet" in written
    assert not [text for text in written if text and text.startswith("‖∂‖")]


def test_the_svg_of_the_view_leaves_out_what_is_not_in_view(workbench: Workbench) -> None:
    workbench.open()
    for _ in range(6):
        workbench.press("+")
    workbench.wait_until_still()
    _, view = take(workbench, "View as SVG")
    _, everything = take(workbench, "Stage as SVG")

    def count(svg: bytes) -> int:
        return len(list(parse(svg).iter(f"{SVG}text")))

    assert 0 < count(view) < count(everything)
    stage = workbench.stage.bounding_box()
    assert stage is not None
    assert parse(view).get("width") == f"{stage['width']:g}"


def test_pictures_mark_parameters_that_are_shared_or_frozen(workbench: Workbench) -> None:
    session = workbench.prepare({"example": "shared-weights"})
    workbench.open(f"/#s={session}")
    plain = parse(take(workbench, "Stage as SVG")[1])
    freeze = {"kind": "intervene", "layer": "step1", "what": "freeze"}
    for command in (freeze, {"kind": "record"}):
        workbench.rest.post(f"/sessions/{session}/commands", json=command).raise_for_status()
    workbench.page.get_by_role("combobox", name="Iteration").select_option("1")
    expect(workbench.page.locator(".stage-chip-lock")).to_have_count(4)
    frozen = parse(take(workbench, "Stage as SVG")[1])

    def violet(svg: ElementTree.Element) -> int:
        color = workbench.page.evaluate(COLOR_OF_THE_UPDATE)
        return len([each for each in svg.iter() if each.get("fill") == color])

    for root in (plain, frozen):
        assert [text.text for text in root.iter(f"{SVG}text")].count("×2") == 4
    assert violet(frozen) == violet(plain) + 4


def test_the_png_has_the_graph_in_it(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("End")
    file_name, content = take(workbench, "View as PNG")
    assert file_name == "moons-stage.png"
    image = workbench.page.evaluate(DECODE, base64.b64encode(content).decode())
    stage = workbench.stage.bounding_box()
    assert stage is not None
    assert image["width"] == round(2 * stage["width"])
    counts = image["counts"]
    assert len(counts) > 50
    # The colours of the two halves, as theme.css has them.
    assert min(counts["15 118 110 255"], counts["194 65 12 255"]) > 500


def test_pictures_of_the_closest_level_have_its_numbers(workbench: Workbench) -> None:
    workbench.open()
    workbench.press("End", "4")
    expect(workbench.page.get_by_role("group", name="Neurons and weights")).to_be_visible()
    loss = f"{workbench.tape()['frame']['loss']:.4f}"

    def written() -> list[str | None]:
        _, content = take(workbench, "Stage as SVG")
        return [text.text for text in parse(content).iter(f"{SVG}text")]

    units = workbench.page.locator(".neurons-unit text").all_text_contents()
    assert {loss, "fc1 · tanh", *units} <= set(written())
    workbench.page.get_by_role("radiogroup", name="Numbers as").get_by_text("grids").click()
    in_grids = workbench.page.locator(".stage-cell")
    workbench.wait_until(lambda: in_grids.count() > 100, "the grids are drawn")
    cells = in_grids.all_text_contents()
    assert {"fc2.weightᵀ", loss, *cells} <= {*written(), ""}


@pytest.fixture
def pasting(browser: Browser, live_server: LiveServer) -> Iterator[Workbench]:
    bench = Workbench(browser, live_server, permissions=["clipboard-read", "clipboard-write"])
    yield bench
    bench.close()
    assert bench.complaints == []


def test_the_view_is_copied_as_an_image(pasting: Workbench) -> None:
    pasting.open()
    pasting.page.get_by_role("button", name="Export").click()
    pasting.page.get_by_role("menuitem", name="Copy the view").click()
    expect(pasting.page.get_by_text("The picture is copied.")).to_be_visible()
    size = pasting.page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('image/png')).then(b => b.size)"
    )
    assert size > 5_000


def test_paper_gets_the_graph_and_the_inspector_on_one_page_in_light_colours(
    browser: Browser, live_server: LiveServer
) -> None:
    bench = Workbench(browser, live_server, color_scheme="dark")
    bench.open()
    bench.press("End")
    bench.page.evaluate(
        "addEventListener('beforeprint', () => {"
        " const canvas = document.querySelector('.print-picture canvas');"
        " window.printed = [document.documentElement.dataset.theme,"
        " [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data]]; })"
    )
    paper = bench.page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Type /Page\b", paper) == [b"/Type /Page"]
    theme, ground = bench.page.evaluate("window.printed")
    assert theme == "light"
    assert ground == [0xFA, 0xF9, 0xF6, 255]
    expect(bench.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(bench.page.locator(".print-picture canvas")).to_have_count(0)
    bench.close()
    assert bench.complaints == []
