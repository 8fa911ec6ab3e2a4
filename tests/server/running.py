"""The app on a real socket, in a thread of the test's process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from gradtape.server.serving import Server, open_socket

START_SECONDS = 20.0
STOP_SECONDS = 20.0


@dataclass
class RunningServer:
    """A server that answers at `url`; `stop` ends it and waits until it has ended."""

    url: str
    _server: Server
    _thread: threading.Thread

    def stop(self) -> None:
        """End it as a signal would."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        assert not self._thread.is_alive(), "the server did not stop"


@contextmanager
def run_app(app: FastAPI) -> Iterator[RunningServer]:
    """Serve an app on a free port for as long as the block runs."""
    ready = threading.Event()
    with open_socket("127.0.0.1", 0) as listener:
        server = Server(app, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert ready.wait(START_SECONDS), "the server did not start"
        running = RunningServer(f"http://127.0.0.1:{listener.getsockname()[1]}", server, thread)
        try:
            yield running
        finally:
            running.stop()
