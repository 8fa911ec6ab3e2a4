"""Under which names the server answers: a rebound DNS name of a hostile page is none of them."""

from collections.abc import Set as AbstractSet

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gradtape.errors import RequestRefused
from gradtape.server.error_responses import error_response


def host_name(header: str) -> str:
    """The name in a Host header, without port and brackets, in lower case."""
    if header.startswith("["):
        name, bracket, _ = header[1:].partition("]")
        return name.lower() if bracket else ""
    return header.partition(":")[0].lower()


class AllowedHosts:
    """Refuses requests whose Host header is not on the list."""

    def __init__(self, app: ASGIApp, names: AbstractSet[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it with a refusal."""
        if scope["type"] == "http":
            header = Headers(scope=scope).get("host", "")
            if host_name(header) not in self._names:
                error = RequestRefused(
                    f"This server does not answer as {header[:80]!r}. "
                    "Name it in GRADTAPE_ALLOWED_HOSTS if it should.",
                    reason="host",
                )
                await error_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)
