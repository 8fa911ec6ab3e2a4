"""Who may change something: our own page, and programs that are no browsers."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gradtape.errors import RequestRefused
from gradtape.server.error_responses import error_response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_same_origin(scheme: str, headers: Headers) -> bool:
    """Whether a request comes from the server's own page or from no page at all.

    Browsers send Sec-Fetch-Site or Origin with every unsafe request and pages cannot forge them;
    programs such as curl send neither.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin == "null":  # a sandboxed frame or a local file: it may be anyone's
        return False
    if site is not None:
        return site == "same-origin"
    return origin is None or origin == f"{scheme}://{headers.get('host', '')}"


class SameOrigin:
    """Refuses unsafe methods from pages of other origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it with a refusal."""
        is_unsafe = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if is_unsafe and not is_same_origin(scope["scheme"], Headers(scope=scope)):
            error = RequestRefused(
                f"{scope['method']} is taken from this server's own page and from programs, "
                "not from pages of other origins.",
                reason="origin",
            )
            await error_response(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)
