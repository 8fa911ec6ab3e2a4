"""The built page: files that Vite wrote, served from the package."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from gradtape.server.error_responses import shape_response

PAGE_FOLDER = Path(__file__).parent.parent / "page"

# Vite puts a hash of the content into the names under assets/, so those never change.
_FOREVER = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"


class _HashedFiles(StaticFiles):
    """Files whose names change with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, to be kept by browsers for good."""
        response = super().file_response(*args, **kwargs)  # pyright: ignore[reportArgumentType]
        response.headers["Cache-Control"] = _FOREVER
        return response


def _file_route(address: str, file: Path) -> Route:
    async def get_file(_request: Request) -> Response:
        return FileResponse(file, headers={"Cache-Control": _ALWAYS_ASK})

    return Route(address, get_file, name=f"page:{file.name}")


async def _tell_page_is_missing(_request: Request) -> Response:
    message = (
        "The page is not built. In a clone of the repository: make build. The API is at /docs."
    )
    return shape_response(404, {"code": "page_not_built", "path": None, "message": message})


def build_page_routes(folder: Path = PAGE_FOLDER) -> list[BaseRoute]:
    """Routes of the page's files, as they are now; only existing files have one.

    A mount at `/` would take every address that no route has, and with it the errors of the API.
    """
    index = folder / "index.html"
    if not index.is_file():
        return [Route("/", _tell_page_is_missing, name="page:missing")]
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and file != index]
    routes: list[BaseRoute] = [_file_route("/", index)]
    routes += [_file_route(f"/{file.name}", file) for file in files]
    if (folder / "assets").is_dir():
        routes.append(Mount("/assets", _HashedFiles(directory=folder / "assets"), name="assets"))
    return routes
