"""What a client sees of a bug: one clear line, never a trace."""

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradtape.server.error_responses import unhandled_response

logger = logging.getLogger("gradtape.server")


class UnhandledErrors:
    """Answers a request that raised with a bare 500 and logs the trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whatever happens inside."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def send_and_remember(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_and_remember)
        except ClientDisconnect:
            return  # it left while its body was read: nobody is there to answer
        except Exception:
            if has_started:
                raise  # half an answer is out; the server must cut the connection
            logger.exception("%s %s failed", scope["method"], scope["path"])
            await unhandled_response()(scope, receive, send)
