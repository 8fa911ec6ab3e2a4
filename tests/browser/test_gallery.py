"""Ten scenes in two themes and three sizes: pictures for people, and what a machine can check."""

from base64 import b64decode
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery_scenes import SCENES, Scene
from tests.browser.open_page import OpenPage
from tests.browser.open_replay import OpenReplay
from tests.browser.overlaps import faults_of
from tests.browser.recorded_workloads import save_replay
from tests.browser.test_screenshots import SIZES
from tests.browser.workbench import Workbench
from tests.live_server import LiveServer

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "screenshots" / "gallery"
STORED = ROOT / "docs" / "gallery"
MOMENT_MILLISECONDS = 150
QUALITY = 86  # of 100: sixty pictures take up 4 MB, and text is sharp


class Sources:
    """What scenes are opened from, made once each: sessions by their spec, replays by their name.

    Scenes that begin with the same spec look at the same session.
    """

    def __init__(self, server: LiveServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._places: dict[str, str] = {}

    def open(
        self, scene: Scene, browser: Browser, width: int, height: int
    ) -> Workbench | OpenReplay:
        """The scene's page in a browser of its own, where its picture begins."""
        options = {
            "viewport": {"width": width, "height": height},
            "color_scheme": "light",
            "reduced_motion": "reduce",
        }
        if isinstance(scene.source, str):
            file = self._folder / f"{scene.source}.html"
            if not file.exists():
                save_replay(scene.source, self._folder)
            replay = OpenReplay(browser, file, **options).open()
            replay.press("End")
            return replay
        bench = Workbench(browser, self._server, **options)
        return bench.open(self._place_of(scene, bench))

    def _place_of(self, scene: Scene, bench: Workbench) -> str:
        key = repr((scene.source, scene.back))
        if key not in self._places:
            self._places[key] = _record(scene, bench)
        return self._places[key]


def _record(scene: Scene, bench: Workbench) -> str:
    """A session with one iteration; answers the address of the scene's moment in it."""
    session = bench.prepare({"spec": scene.source})
    tape = bench.rest.get(f"/sessions/{session}/tape").raise_for_status().json()
    kinds = [each["kind"] for each in tape["structure"]["events"]]
    turn = kinds.index("backward_node")
    end = kinds.index("update")
    event = turn + round((end - turn) * scene.back) if scene.back else 0
    return f"/#s={session}&e={event}"


def take_picture(on: OpenPage) -> bytes:
    """The page at rest, as WebP: two pictures in a row are the same."""
    before, now = b"", on.page.screenshot()
    while before != now:
        on.page.wait_for_timeout(MOMENT_MILLISECONDS)
        before, now = now, on.page.screenshot()
    chromium = on.page.context.new_cdp_session(on.page)
    taken = chromium.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return b64decode(taken["data"])


@pytest.fixture(scope="module")
def sources(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Recorded when the first scene asks."""
    return Sources(live_server, tmp_path_factory.mktemp("replays"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.key)
def test_nothing_overlaps_or_is_cut(
    scene: Scene, size: tuple[int, int], browser: Browser, sources: Sources
) -> None:
    on = sources.open(scene, browser, *size)
    scene.arrange(on)
    FOLDER.mkdir(parents=True, exist_ok=True)
    faults: dict[str, list[str]] = {}
    for theme in ("light", "dark"):
        on.page.emulate_media(color_scheme=theme)
        expect(on.page.locator("html")).to_have_attribute("data-theme", theme)
        picture = FOLDER / f"{scene.key}-{size[0]}x{size[1]}-{theme}.webp"
        picture.write_bytes(take_picture(on))
        faults[theme] = faults_of(on.page)
    on.close()
    assert faults == {"light": [], "dark": []}
    if isinstance(on, Workbench):
        assert on.complaints == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.key)
def test_the_stored_gallery_shows_and_tells_every_scene(scene: Scene) -> None:
    page = " ".join((STORED / "README.md").read_text().split())
    assert scene.sentence in page
    for width, height in SIZES:
        for theme in ("light", "dark"):
            name = f"{scene.key}-{width}x{height}-{theme}.webp"
            assert f'src="{name}"' in page
            assert (STORED / name).read_bytes()[8:12] == b"WEBP"
