"""What routes are given: the session host, ids, and the marks of a closing server."""

import asyncio
import secrets
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Path, Query, Request

from gradtape.engine.data.image_sets import image_set_names
from gradtape.sessions.host import SessionHost


def get_host(request: Request) -> SessionHost:
    """The one session host of this app."""
    return request.app.state.host


def get_closing(request: Request) -> asyncio.Event:
    """Set when the server begins to stop: open event streams end then."""
    return request.app.state.closing


def get_image_sets(request: Request) -> tuple[str, ...]:
    """The names of the image sets that the operator provides; looked up anew each time."""
    return image_set_names(request.app.state.images)


def get_export_limiter(request: Request) -> CapacityLimiter:
    """Lets a few exports at once be made."""
    return request.app.state.export_limiter


def new_session_id() -> str:
    """128 random bits: an id cannot be guessed, and knowing it is what opens a session."""
    return secrets.token_hex(16)


ImageSets = Annotated[tuple[str, ...], Depends(get_image_sets)]
HostDependency = Annotated[SessionHost, Depends(get_host)]
ClosingDependency = Annotated[asyncio.Event, Depends(get_closing)]
ExportLimiter = Annotated[CapacityLimiter, Depends(get_export_limiter)]
SessionId = Annotated[
    str, Path(description="As `POST /sessions` gave it: 32 hexadecimal digits.", max_length=64)
]
Iteration = Annotated[
    int | None,
    Query(ge=0, le=2**53, description="A recorded iteration; without it, the latest one."),
]
