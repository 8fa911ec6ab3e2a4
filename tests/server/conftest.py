"""The app without processes behind it, for tests of the door itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from gradtape.server.app import create_app
from gradtape.server.settings import Settings
from tests.server.door import Door
from tests.server.scripted_host import ScriptedHost


@pytest.fixture
def host() -> ScriptedHost:
    return ScriptedHost()


@pytest.fixture
def app(host: ScriptedHost, tmp_path: Path) -> FastAPI:
    return create_app(Settings(data=tmp_path), host)


@pytest.fixture
def client(app: FastAPI) -> Iterator[Door]:
    with Door(app) as client:
        yield client


@pytest.fixture
def session_id(client: Door) -> str:
    return client.post("/api/v1/sessions", json={"example": "moons"}).json()["id"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
