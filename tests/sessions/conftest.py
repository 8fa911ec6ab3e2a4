"""Hosts with real processes. Warming a zygote takes seconds, so most tests share one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from gradtape.sessions.host_settings import HostSettings
from gradtape.sessions.launcher import Launcher
from gradtape.sessions.local_host import LocalHost
from gradtape.store.session_store import SessionStore


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def launcher(anyio_backend: str) -> AsyncIterator[Launcher]:  # noqa: ARG001
    shared = Launcher()
    shared.start()
    yield shared
    await shared.stop()


HostMaker = Callable[..., Awaitable[LocalHost]]


@pytest.fixture
async def make_host(launcher: Launcher, tmp_path: Path) -> AsyncIterator[HostMaker]:
    """Makes started hosts that share the zygote; those still running are stopped in the end."""
    hosts: list[LocalHost] = []
    folders = count()

    async def make(folder: Path | None = None, **settings: Any) -> LocalHost:
        store = SessionStore(folder or tmp_path / str(next(folders)))
        host = LocalHost(store, HostSettings(**settings), launcher)
        await host.start()
        hosts.append(host)
        return host

    yield make
    async with AsyncExitStack() as stack:
        for host in hosts:
            stack.push_async_callback(host.stop)


@asynccontextmanager
async def own_host(folder: Path) -> AsyncIterator[LocalHost]:
    """A host with a zygote of its own."""
    host = LocalHost(SessionStore(folder))
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


@pytest.fixture
async def host(make_host: HostMaker) -> LocalHost:
    return await make_host()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Torch as sessions have it, so that an experiment in the test gives the same bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)
