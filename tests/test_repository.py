"""What the documents and the build files say is so."""

import json
import os
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.live_server import LiveServer

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REQUIREMENTS = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


def read_pins() -> dict[str, Version]:
    """constraints.txt by canonical name; every line is `name==version`."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines)
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_torch_is_the_same_on_every_machine() -> None:
    assert str(read_pins()["torch"]) == "2.13.0"


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_every_dependency_is_pinned_within_its_range(text: str) -> None:
    requirement = Requirement(text)
    pin = read_pins()[canonicalize_name(requirement.name)]
    assert pin in requirement.specifier


def test_what_is_installed_is_what_is_pinned() -> None:
    pins = read_pins()
    installed = {
        canonicalize_name(distribution.name): distribution.version
        for distribution in metadata.distributions()
    }
    wrong = {
        name: (installed[name], str(pin))
        for name, pin in pins.items()
        # A local part such as +cpu says how it was built, not which version it is.
        if name in installed and Version(installed[name]).public != pin.public
    }
    assert wrong == {}


def test_the_page_pins_every_package_exactly() -> None:
    package = json.loads((ROOT / "frontend/package.json").read_text())
    for versions in (package["dependencies"], package["devDependencies"]):
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]


def test_ci_runs_the_checks_and_the_tests() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert "make check test" in script.read_text().splitlines()


def test_a_second_serve_runs_nothing_but_the_server() -> None:
    """True after `make test` or `make serve`: the page is built from the sources that are here."""
    answer = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "serve"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
    )
    server = ".venv/bin/gradtape serve --host 127.0.0.1 --port 8000"
    assert answer.stdout.splitlines() == [server], "something is older than its source: make build"


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_to_files_that_exist(document: Path) -> None:
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith(("http://", "https://")):
            assert (ROOT / document).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_in_documents_are_make_targets(document: Path) -> None:
    text = (ROOT / document).read_text()
    mentioned = set(re.findall(r"`make ([a-z]+)", text)) | set(
        re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
    )
    assert mentioned <= make_targets()


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_named_in_documents_exist(document: str) -> None:
    """A path in backticks with a folder in it is one of ours, from the root or from the package."""
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", (ROOT / document).read_text())
    bases = [ROOT, ROOT / "backend/gradtape", ROOT / "frontend/src"]
    missing = [path for path in named if not any((base / path).exists() for base in bases)]
    assert missing == []


def test_decisions_are_numbered_and_say_why() -> None:
    records = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [path.name[:5] for path in records] == [f"{n:04}-" for n in range(1, len(records) + 1)]
    for number, path in enumerate(records, 1):
        headings = re.findall(r"^#+ .+$", path.read_text(), re.MULTILINE)
        assert headings[0].startswith(f"# {number}. ")
        assert headings[1:] == ["## Context", "## Decision", "## Consequences"]


def test_the_changelog_tells_of_the_version() -> None:
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_shows_the_page() -> None:
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


SNIPPETS = re.findall(r"```python\n(.+?)```", (ROOT / "README.md").read_text(), re.DOTALL)
README_ORIGIN = "http://127.0.0.1:8000"


def test_the_readme_has_one_snippet_without_a_server_and_one_with() -> None:
    assert [snippet.count(README_ORIGIN) for snippet in SNIPPETS] == [0, 1]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=["library", "client"])
def test_a_snippet_of_the_readme_prints_what_it_says(
    snippet: str,
    live_server: LiveServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = re.findall(r"^print\(.+?\)\s+# (.+)$", snippet, re.MULTILINE)
    assert len(expected) >= 3
    monkeypatch.chdir(tmp_path)  # it may write files
    exec(snippet.replace(README_ORIGIN, live_server.origin), {})  # noqa: S102
    assert capsys.readouterr().out.splitlines() == expected
    files = re.findall(r"\.save\(\"(.+?)\"\)", snippet)
    assert [each.name for each in tmp_path.iterdir()] == files
