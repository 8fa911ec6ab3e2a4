"""The built page's files as they are served."""

import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI

from gradtape.server.app import create_app
from gradtape.server.middleware.compression import gzip_bytes
from gradtape.server.page import build_page_routes
from gradtape.server.settings import Settings
from tests.server.door import Door
from tests.server.scripted_host import ScriptedHost

SCRIPT = b"export const answer = 42;\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Gradtape</title>")
    (tmp_path / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    return tmp_path


@pytest.fixture
def page(folder: Path) -> FastAPI:
    return FastAPI(routes=build_page_routes(folder), openapi_url=None)


def test_the_page_is_at_the_root_and_is_asked_for_anew(page: FastAPI) -> None:
    with Door(page) as client:
        answer = client.get("/")
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_hashed_files_are_kept_for_good_and_come_compressed(page: FastAPI) -> None:
    with Door(page) as client:
        answer = client.get("/assets/index-abc123.js")
    assert answer.content == SCRIPT
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < len(SCRIPT) / 10
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_a_client_without_gzip_gets_the_file_as_it_is(page: FastAPI) -> None:
    with Door(page) as client:
        answer = client.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in answer.headers
    assert answer.content == SCRIPT


@pytest.mark.parametrize(
    "path", ["/index.htm", "/assets/", "/assets/../index.html", "/../secret", "/assets/%2e%2e/x"]
)
def test_nothing_else_is_served(folder: Path, page: FastAPI, path: str) -> None:
    (folder.parent / "secret").write_text("a secret")
    with Door(page) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "a secret" not in answer.text


def test_without_a_built_page_the_root_says_what_to_do(tmp_path: Path) -> None:
    page = FastAPI(routes=build_page_routes(tmp_path / "missing"), openapi_url=None)
    with Door(page) as client:
        answer = client.get("/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "page_not_built"
    assert "make build" in answer.json()["error"]["message"]


def test_compressed_files_are_made_once(folder: Path, page: FastAPI) -> None:
    with Door(page) as client:
        first = client.get("/assets/index-abc123.js")
        (folder / "assets" / "index-abc123.js").unlink()
        assert client.get("/assets/index-abc123.js").content == first.content


def test_the_reference_for_people_tells_every_route_and_model(
    tmp_path: Path, host: ScriptedHost
) -> None:
    app = create_app(Settings(data=tmp_path), host)
    with Door(app) as client:
        text = client.get("/docs").text
        assert client.get("/docs/style.css").headers["Content-Type"].startswith("text/css")
    document = app.openapi()
    for path in document["paths"]:
        assert f"{path}</code>" in text
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in text
    assert "<script" not in text
    assert "style=" not in text.replace('rel="stylesheet"', "")


def test_gzip_is_gzip() -> None:
    assert gzip.decompress(gzip_bytes(SCRIPT, 9)) == SCRIPT
