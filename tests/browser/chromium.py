"""The real Chromium that the journeys run in."""

import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",  # root may not use Chromium's sandbox; the pages are our own
    "--disable-gpu",
    # A browser that talks to nobody but our server:
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoChromium(Exception):
    """No Chromium that starts was found; the message says what to do."""


def find_chromium() -> str:
    """The path that scripts/ensure_chromium finds; one definition for people, make and tests."""
    found = subprocess.run(
        [ROOT / "scripts" / "ensure_chromium", "--find"],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode != 0:
        raise NoChromium(found.stderr.strip())
    return found.stdout.strip()


def launch_chromium(playwright: Playwright) -> Browser:
    """A fresh headless Chromium; a context manager that closes it."""
    return playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=FLAGS)
