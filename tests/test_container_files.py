"""Dockerfile and docker-compose.yml agree with the rest; checked without a Docker engine."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from gradtape.server.app import create_app
from gradtape.server.settings import Settings

ROOT = Path(__file__).parents[1]

Instruction = tuple[str, str]


def read_instructions() -> list[Instruction]:
    """The Dockerfile as (keyword, arguments), comments gone and continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", "", text)
    pairs = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [(keyword, arguments) for keyword, arguments in pairs]


def arguments_of(keyword: str) -> list[str]:
    return [arguments for word, arguments in read_instructions() if word == keyword]


def read_make_command(wanted: str) -> str:
    """The one recipe line that contains `wanted`, its variables replaced."""
    text = (ROOT / "Makefile").read_text()
    values = dict(re.findall(r"^([A-Z_]+) :?\??= (.+)$", text, re.MULTILINE))
    (line,) = {line.strip().lstrip("@") for line in text.splitlines() if wanted in line}
    return re.sub(r"\$\(([A-Z_]+)\)", lambda match: values[match[1]], line)


def default_arguments() -> dict[str, str]:
    return dict(line.split("=", 1) for line in arguments_of("ARG") if "=" in line)


def compose_service() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["gradtape"]


def copied_paths() -> list[str]:
    """What is copied out of the tree, not out of another stage."""
    copies = [line.split() for line in arguments_of("COPY") if not line.startswith("--from=")]
    return [source for *sources, _target in copies for source in sources]


@pytest.mark.parametrize("path", copied_paths())
def test_every_copied_path_exists_and_reaches_the_engine(path: str) -> None:
    assert (ROOT / path).exists()
    let_through = (ROOT / ".dockerignore").read_text().splitlines()
    assert f"!{path.split('/')[0]}" in let_through


def test_every_stage_that_is_copied_from_is_defined_before() -> None:
    defined: set[str] = set()
    for keyword, arguments in read_instructions():
        if keyword == "FROM" and " AS " in arguments:
            defined.add(arguments.rpartition(" AS ")[2])
        if match := re.match(r"--from=(\S+)", arguments):
            assert match[1] in defined


@pytest.mark.parametrize("wanted", ["$(NPM) ci", "$(NPM) run build"])
def test_the_page_is_built_by_the_commands_of_the_makefile(wanted: str) -> None:
    assert read_make_command(wanted) in arguments_of("RUN")


def test_the_wheel_is_built_as_the_makefile_does() -> None:
    command = read_make_command("build --wheel")
    assert f"{command} --no-isolation" in arguments_of("RUN")


def test_every_installation_is_constrained_as_in_the_makefile() -> None:
    text = (ROOT / "Makefile").read_text()
    (options,) = re.findall(r"^PIP_INSTALL := (.+)$", text, re.MULTILINE)
    installations = [line for line in arguments_of("RUN") if "pip install" in line]
    assert len(installations) == 2
    for line in installations:
        assert set(options.split()) <= set(line.split())


def test_node_is_one_that_the_page_accepts() -> None:
    minimum = json.loads((ROOT / "frontend/package.json").read_text())["engines"]["node"]
    major = default_arguments()["NODE_VERSION"]
    assert f"{major}.999" in SpecifierSet(minimum)
    script = (ROOT / "scripts/check_versions").read_text()
    assert f"Node {minimum.removeprefix('>=')} or newer" in script


def test_python_is_one_that_the_package_accepts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert default_arguments()["PYTHON_VERSION"] in SpecifierSet(project["requires-python"])
    minimum = Version(project["requires-python"].removeprefix(">="))
    assert f"Python {minimum} or newer" in (ROOT / "scripts/check_versions").read_text()


def test_the_server_does_not_run_as_root() -> None:
    words = [keyword for keyword, _ in read_instructions()]
    assert arguments_of("USER") == ["gradtape"]
    assert words.index("USER") < words.index("CMD")
    assert any(line.startswith("useradd") and "gradtape" in line for line in arguments_of("RUN"))


def test_the_health_check_asks_a_route_that_exists() -> None:
    (check,) = arguments_of("HEALTHCHECK")
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/[a-z0-9/]+)", check)
    assert "get" in create_app(Settings()).openapi()["paths"][path]


def test_the_compose_file_publishes_the_port_of_the_image_on_loopback() -> None:
    (port,) = arguments_of("EXPOSE")
    assert compose_service()["ports"] == [f"127.0.0.1:{port}:{port}"]
    command = json.loads(arguments_of("CMD")[-1])
    assert command[-2:] == ["--port", port]


def test_the_compose_file_keeps_sessions_in_a_volume() -> None:
    (folder,) = arguments_of("VOLUME")
    assert f"GRADTAPE_DATA={folder}" in arguments_of("ENV")
    (mount,) = compose_service()["volumes"]
    name, _, target = mount.partition(":")
    assert target == folder
    assert name in yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"]


def test_the_compose_file_restarts_and_gives_no_privileges() -> None:
    service = compose_service()
    assert service["restart"] == "unless-stopped"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
