"""The built page: files that Vite wrote, served from the package and from memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gradtape.server.error_responses import shape_response
from gradtape.server.middleware.compression import accepts_gzip, gzip_bytes

PAGE_FOLDER = Path(__file__).parent.parent / "page"

# Vite puts a hash of the content into the names under assets/, so those never change.
FOREVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"

BEST_LEVEL = 9  # once per file and server

# Spelled out: the standard library asks the system, and some systems call scripts plain text.
MEDIA_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".map": "application/json",
    ".txt": "text/plain",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = {".png", ".ico", ".woff2"}


@dataclass(frozen=True)
class PageFile:
    """One file of the page, read and compressed when it is first asked for.

    Args:
        address: where it is served.
        file: where it lies.
    """

    address: str
    file: Path

    @cached_property
    def content(self) -> bytes:
        """As it is."""
        return self.file.read_bytes()

    @cached_property
    def compressed(self) -> bytes | None:
        """As gzip; None for what is compressed already."""
        if self.file.suffix in COMPRESSED_ALREADY:
            return None
        return gzip_bytes(self.content, BEST_LEVEL)

    def answer(self, *, with_gzip: bool) -> Response:
        """The answer to a request for it."""
        is_hashed = self.address.startswith("/assets/")
        headers = {"Cache-Control": FOREVER if is_hashed else ALWAYS_ASK, "Vary": "Accept-Encoding"}
        media_type = MEDIA_TYPES.get(self.file.suffix, "application/octet-stream")
        compressed = self.compressed if with_gzip else None
        if compressed is None:
            return Response(self.content, headers=headers, media_type=media_type)
        headers["Content-Encoding"] = "gzip"
        return Response(compressed, headers=headers, media_type=media_type)


def _list_files(folder: Path) -> Iterator[PageFile]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            yield PageFile("/" if name == "index.html" else f"/{name}", file)


def _route(page_file: PageFile) -> Route:
    async def get_file(request: Request) -> Response:
        with_gzip = accepts_gzip(request.headers)
        return await run_in_threadpool(page_file.answer, with_gzip=with_gzip)

    return Route(page_file.address, get_file, name=f"page:{page_file.address}")


async def _tell_page_is_missing(_request: Request) -> Response:
    message = (
        "The page is not built. In a clone of the repository: make build. The API is at /docs."
    )
    return shape_response(404, {"code": "page_not_built", "path": None, "message": message})


def build_page_routes(folder: Path = PAGE_FOLDER) -> list[BaseRoute]:
    """One route per file of the page, as they are now.

    Only existing files have one: a folder mounted at `/` would take every address that no route
    has, and with it the errors of the API.
    """
    if not (folder / "index.html").is_file():
        return [Route("/", _tell_page_is_missing, name="page:missing")]
    return [_route(page_file) for page_file in _list_files(folder)]
