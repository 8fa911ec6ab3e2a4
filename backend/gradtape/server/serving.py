"""A running server: its socket, its signals, and an end that does not wait for open streams."""

import asyncio
import errno
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from gradtape.errors import AddressUnavailable
from gradtape.server.app import build_host, create_app
from gradtape.server.settings import Settings

BACKLOG = 2_048  # connections that wait to be accepted
STOP_SECONDS = 5  # what a request that is under way may take when the server stops


class Server(uvicorn.Server):
    """uvicorn's server, telling the app of its end before it waits for connections.

    Args:
        app: from `create_app`.
        on_ready: called once requests are answered.
    """

    def __init__(self, app: FastAPI, on_ready: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._closing: asyncio.Event = app.state.closing
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop. Event streams never end by themselves: they are told to first."""
        self._closing.set()
        await super().shutdown(sockets)


def open_socket(address: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        AddressUnavailable: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With the protocol spelled out, asyncio turns off Nagle's algorithm: 40 ms on every answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as failure:
        listener.close()
        where = f"{address} port {port}"
        reason = failure.strerror or str(failure)
        if failure.errno == errno.EADDRINUSE:
            reason = "it is taken. Name another one with --port, or 0 for any free one"
        raise AddressUnavailable(f"Cannot listen at {where}: {reason}.") from None
    return listener


def serve(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serve until a signal comes.

    Args:
        settings: where, and with which sessions.
        on_ready: given the address to open, once requests are answered.
    Raises:
        AddressUnavailable: the port is taken.
        SessionUnavailable: another server holds the data folder.
    """
    listener = open_socket(settings.host, settings.port)
    with listener:
        port = listener.getsockname()[1]
        # Before the server starts, so that a folder that is in use is one clear error.
        app = create_app(settings, build_host(settings))
        url = settings.model_copy(update={"port": port}).url
        Server(app, lambda: on_ready(url)).run(sockets=[listener])
