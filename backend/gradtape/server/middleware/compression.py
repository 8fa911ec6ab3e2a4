"""Answers as gzip where that is faster than sending them as they are."""

import zlib

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMPRESSED_TYPES = ("application/json", "text/")

LEAST_BYTES = 1_024  # less fits one packet anyway
# Beyond this an answer is nested lists of numbers: they shrink by half, at 65 MB/s. That is slower
# than sending them to this machine or this network.
MOST_BYTES = 1024 * 1024
INLINE_BYTES = 64 * 1024  # a millisecond's work; more is done in a thread
LEVEL = 1  # half the time of level 4 and 15% more bytes

_GZIP_FORMAT = 16 + zlib.MAX_WBITS


def gzip_bytes(content: bytes, level: int) -> bytes:
    """Content in gzip's format; the same content gives the same bytes."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, _GZIP_FORMAT)
    return compressor.compress(content) + compressor.flush()


def accepts_gzip(headers: Headers) -> bool:
    """Whether a request's headers ask for gzip."""
    names = [part.partition(";") for part in headers.get("accept-encoding", "").split(",")]
    return any(
        name.strip().lower() == "gzip" and weight.replace(" ", "") not in ("q=0", "q=0.0")
        for name, _, weight in names
    )


def _is_worth_it(start: Message, body: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        not body.get("more_body", False)
        and LEAST_BYTES <= len(body.get("body", b"")) <= MOST_BYTES
        and "content-encoding" not in headers
        and headers.get("content-type", "").startswith(COMPRESSED_TYPES)
    )


class Compression:
    """Compresses whole answers of text; streams pass as they are, part by part."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, compressed if the client wants that and it is worth it."""
        if scope["type"] != "http" or not accepts_gzip(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        start: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message  # its length is known only with the body
                return
            if start is not None:
                if message["type"] == "http.response.body" and _is_worth_it(start, message):
                    await _compress(start, message)
                await send(start)
                start = None
            await send(message)

        await self._app(scope, receive, send_compressed)


async def _compress(start: Message, body: Message) -> None:
    plain: bytes = body["body"]
    if len(plain) > INLINE_BYTES:
        body["body"] = await run_in_threadpool(gzip_bytes, plain, LEVEL)
    else:
        body["body"] = gzip_bytes(plain, LEVEL)
    headers = MutableHeaders(raw=start["headers"])
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body["body"]))
    headers.add_vary_header("Accept-Encoding")
