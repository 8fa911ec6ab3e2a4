"""The app called directly, without sockets: requests in, answers out, lifespan included."""

from contextlib import AbstractContextManager, ExitStack
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

ORIGIN = "http://127.0.0.1:8000"


class Door(AbstractContextManager["Door"]):
    """A client of an app that runs inside the test's process.

    Whatever the app raises instead of answering is raised here: no failure may leave it.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.portal: BlockingPortal = self._stack.enter_context(start_blocking_portal())
        lifespan = self._app.router.lifespan_context(self._app)
        self._stack.enter_context(self.portal.wrap_async_context_manager(lifespan))
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=ORIGIN)
        self._http = self._stack.enter_context(self.portal.wrap_async_context_manager(http))
        return self

    def __exit__(self, *failure: Any) -> None:
        self._stack.__exit__(*failure)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request."""

        async def send() -> httpx.Response:
            return await self._http.request(method, path, **options)

        return self.portal.call(send)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET request."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A POST request."""
        return self.request("POST", path, **options)

    def options(self, path: str, **options: Any) -> httpx.Response:
        """An OPTIONS request."""
        return self.request("OPTIONS", path, **options)
