"""The wheel carries the page: installed without Node and without sources, it serves."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from gradtape.server.body_documents import XOR_SPEC
from tests.live_server import LiveServer

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this tree, without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment with the wheel in it.

    What Gradtape depends on is lent by this environment, to need no network. The sources are not:
    an editable installation's own .pth file does not count in a lent folder.
    """
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python"]
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *options, wheel], check=True, capture_output=True)
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def test_the_wheel_carries_the_page_and_its_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "gradtape/page/index.html" in names
    assert any(name.startswith("gradtape/page/assets/") for name in names)
    for part in ("replay.js", "replay.css", "plotly.js"):
        assert f"gradtape/page/replay/{part}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_wheel_is_what_runs(installation: Path, tmp_path: Path) -> None:
    code = "import gradtape; print(gradtape.__file__)"
    printed = subprocess.run(
        [installation / "python", "-c", code],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert Path(printed.strip()).is_relative_to(installation.parent)


def test_the_installed_wheel_writes_a_program(
    wheel: Path, installation: Path, tmp_path: Path
) -> None:
    assert "gradtape/templates/script.py.jinja" in zipfile.ZipFile(wheel).namelist()
    (tmp_path / "xor.json").write_text(json.dumps(XOR_SPEC))
    command = [installation / "gradtape", "export", "xor.json", "-o", "xor.py"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert "class Network(nn.Module):" in (tmp_path / "xor.py").read_text()


def test_the_installed_wheel_serves_page_and_api_without_node(
    installation: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "PATH": str(installation)}
    with LiveServer(tmp_path, [installation / "gradtape"], environment) as server:
        page = httpx.get(server.origin)
        health = httpx.get(f"{server.origin}/api/v1/health", timeout=30)
    assert page.status_code == 200
    assert "<title>Gradtape" in page.text
    assert health.status_code == 200
    assert health.json()["versions"]["torch"].startswith("2.")
