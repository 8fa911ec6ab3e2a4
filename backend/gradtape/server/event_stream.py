"""A session's events as server-sent events: with heartbeats, and ending when the server does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gradtape.errors import SessionUnavailable, UnknownSession
from gradtape.sessions.messages import LoggedEvent

HEARTBEAT_SECONDS = 15.0  # proxies cut connections that are silent for 30 to 60 seconds
FIRST_EVENT_SECONDS = 0.05  # how long a refusal may take; later ones only end the stream


def format_event(logged: LoggedEvent) -> bytes:
    """One event on the wire: its sequence as id, its kind as name, the logged event as data."""
    return format_sse_event(
        id=str(logged.sequence), event=logged.event.kind, data_str=logged.model_dump_json()
    )


class EventReader:
    """One reader of a session's events.

    Args:
        events: the host's generator.
        closing: set when the server begins to stop.
        heartbeat_seconds: between two comments while nothing happens.
    """

    def __init__(
        self,
        events: AsyncIterator[LoggedEvent],
        closing: asyncio.Event,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        # The protocol promises an iterator; hosts give generators, which have to be closed.
        self._events = cast("AsyncGenerator[LoggedEvent]", events)
        self._closing = closing
        self._heartbeat_seconds = heartbeat_seconds
        # Kept over heartbeats: cancelling it would end the host's generator.
        self._next: asyncio.Task[LoggedEvent | None] | None = None

    async def begin(self) -> None:
        """Ask for the first event, so that a refusal is still answered as an error.

        Raises:
            UnknownSession: no such session.
            Busy: the session has too many readers.
        """
        task = self._ask_next()
        await asyncio.wait({task}, timeout=FIRST_EVENT_SECONDS)
        if task.done() and task.exception():
            task.result()

    async def read(self) -> AsyncGenerator[bytes]:
        """The stream's bytes, until the session or the server ends."""
        # A comment at once: the client's `open` must not wait for the first event.
        yield KEEPALIVE_COMMENT
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            while not closing.done():
                task = self._ask_next()
                await asyncio.wait(
                    {task, closing},
                    timeout=self._heartbeat_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not task.done():
                    yield KEEPALIVE_COMMENT
                    continue
                self._next = None
                logged = task.result()
                if logged is None:
                    return
                yield format_event(logged)
        except (UnknownSession, SessionUnavailable):
            return  # deleted, or not to be had: a reader that comes back is told so
        finally:
            closing.cancel()

    async def close(self) -> None:
        """Let the host know that this reader is gone."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.wait({self._next})
        await self._events.aclose()

    def _ask_next(self) -> "asyncio.Task[LoggedEvent | None]":
        if self._next is None:
            self._next = asyncio.create_task(self._take_next())
        return self._next

    async def _take_next(self) -> LoggedEvent | None:
        return await anext(self._events, None)


class EventStreamResponse(StreamingResponse):
    """The answer that streams one reader's events and always lets go of the reader.

    Not FastAPI's EventSourceResponse: with that a route is a generator, which begins its answer
    before a refusal can be one.
    """

    media_type = "text/event-stream"

    def __init__(self, reader: EventReader, status_code: int = 200) -> None:
        # Buffering proxies would hold events back.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(reader.read(), status_code, headers)
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until one side ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):  # a client that left has cancelled this task
                await self._reader.close()
