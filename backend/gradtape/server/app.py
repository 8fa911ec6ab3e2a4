"""The application: wiring only."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

import gradtape
from gradtape import limits as caps
from gradtape.server.body_documents import ERROR_ANSWER
from gradtape.server.docs_page import build_docs_routes
from gradtape.server.error_responses import install_error_responses
from gradtape.server.middleware.allowed_hosts import AllowedHosts
from gradtape.server.middleware.body_limit import BodyLimit
from gradtape.server.middleware.compression import Compression
from gradtape.server.middleware.same_origin import SameOrigin
from gradtape.server.middleware.security_headers import SecurityHeaders
from gradtape.server.middleware.unhandled_errors import UnhandledErrors
from gradtape.server.openapi import install_openapi
from gradtape.server.page import build_page_routes
from gradtape.server.routes import (
    catalog,
    commands,
    diagnosis,
    events,
    examples,
    exports,
    figures,
    health,
    layers,
    limits,
    metrics,
    record,
    sessions,
    tapes,
    tensors,
)
from gradtape.server.settings import Settings
from gradtape.sessions.host import SessionHost
from gradtape.sessions.host_settings import HostSettings
from gradtape.sessions.local_host import LocalHost
from gradtape.store.session_store import SessionStore

ROUTE_MODULES = (
    health,
    limits,
    catalog,
    examples,
    record,
    sessions,
    commands,
    events,
    tapes,
    tensors,
    metrics,
    layers,
    diagnosis,
    figures,
    exports,
)


def _build_api() -> APIRouter:
    api = APIRouter(prefix="/api/v1", responses={"4XX": ERROR_ANSWER})
    for module in ROUTE_MODULES:
        api.include_router(module.router)
    return api


def _build_middleware(settings: Settings) -> list[Middleware]:
    return [  # from the outside in
        Middleware(SecurityHeaders),
        Middleware(UnhandledErrors),
        Middleware(AllowedHosts, names=settings.host_names),
        Middleware(SameOrigin),
        Middleware(Compression),
        Middleware(BodyLimit, most_bytes=caps.MAX_BODY_BYTES),
    ]


def build_host(settings: Settings) -> LocalHost:
    """Processes on this machine, kept in the data folder.

    Raises:
        SessionUnavailable: another server holds the data folder.
    """
    return LocalHost(SessionStore(settings.data), HostSettings(images=settings.images))


def create_app(settings: Settings, host: SessionHost | None = None) -> FastAPI:
    """The web application.

    Args:
        settings: names it answers to, and the data folder.
        host: where sessions live; by default processes on this machine, kept in the data folder.
            Started and stopped with the app.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.host = host or build_host(settings)
        app.state.export_limiter = CapacityLimiter(caps.MAX_CONCURRENT_EXPORTS)
        await app.state.host.start()
        yield
        app.state.closing.set()
        await app.state.host.stop()

    app = FastAPI(
        title="Gradtape",
        version=gradtape.__version__,
        docs_url=None,  # Swagger's page loads scripts from elsewhere; ours is at the same address
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=_build_middleware(settings),
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.images = settings.images
    app.state.closing = asyncio.Event()
    install_error_responses(app)
    install_openapi(app)
    app.include_router(_build_api())
    app.router.routes.extend(build_docs_routes(app))
    app.router.routes.extend(build_page_routes())
    return app
