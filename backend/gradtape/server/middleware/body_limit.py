"""How long a request body may be, whether it declares its length or streams."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradtape.errors import BodyTooLarge
from gradtape.server.error_responses import error_response

# A client that is still sending would see a broken connection instead of the answer, so what it
# sends is read and dropped for a while.
DRAIN_SECONDS = 5.0
DRAIN_FACTOR = 8  # times the limit


def _too_large(asked: int, allowed: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"The body has at least {asked:,} bytes; {allowed:,} are allowed.",
        limit="MAX_BODY_BYTES",
        asked=asked,
        allowed=allowed,
    )


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


async def _drain(receive: Receive, most_bytes: int) -> None:
    dropped = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while dropped <= most_bytes:
                message = await receive()
                dropped += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


class BodyLimit:
    """Refuses longer bodies with a 413 before anything reads them."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its body counted, or answer it with a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = _declared_length(scope)
        if declared > self._most_bytes:
            await _drain(receive, DRAIN_FACTOR * self._most_bytes)
            await error_response(_too_large(declared, self._most_bytes))(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most_bytes:
                await _drain(receive, DRAIN_FACTOR * self._most_bytes)
                raise _too_large(received, self._most_bytes)
            return message

        return receive_counted
