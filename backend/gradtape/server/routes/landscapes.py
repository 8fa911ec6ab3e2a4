"""Loss landscapes: begun, looked at, dropped."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from gradtape.server.answers import json_answer
from gradtape.server.bodies import read_landscape_request
from gradtape.server.body_documents import LANDSCAPE_BODY
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.server.json_body import JsonBodyDependency
from gradtape.sessions.questions import (
    BeginLandscapeQuestion,
    DropLandscapeQuestion,
    LandscapeQuestion,
)
from gradtape.tape.landscape import Landscape

router = APIRouter(prefix="/sessions/{session_id}/landscapes", tags=["function"])

LandscapeId = Annotated[str, Path(description="As POST gave it.", max_length=64)]


@router.post(
    "",
    summary="Begin a loss landscape",
    status_code=202,
    response_model=Landscape,
    openapi_extra=LANDSCAPE_BODY,
)
async def begin_landscape(
    host: HostDependency, session_id: SessionId, body: JsonBodyDependency
) -> Response:
    """Around the parameters as they are now; training goes on, or begins, meanwhile.

    How far it has come is told by the session's `progress` events. The same request at the same
    parameters gives the same losses. A session has one landscape: a new one takes the place of the
    one before, and cancels it if it is under way.
    """
    request = read_landscape_request(body)
    landscape_id = secrets.token_hex(8)
    question = BeginLandscapeQuestion(id=landscape_id, request=request)
    answer = json_answer((await host.ask(session_id, question)).payload)
    answer.status_code = 202
    answer.headers["Location"] = f"/api/v1/sessions/{session_id}/landscapes/{landscape_id}"
    return answer


@router.get("/{landscape_id}", summary="A loss landscape", response_model=Landscape)
async def get_landscape(
    host: HostDependency, session_id: SessionId, landscape_id: LandscapeId
) -> Response:
    """How far it has come; once it is done, with its losses and the path of the run.

    It lives in the memory of the session's process: where that was evicted or has ended, the error
    is `unknown_landscape`.
    """
    answer = await host.ask(session_id, LandscapeQuestion(id=landscape_id))
    return json_answer(answer.payload)


@router.delete("/{landscape_id}", summary="Cancel or forget a loss landscape", status_code=204)
async def drop_landscape(
    host: HostDependency, session_id: SessionId, landscape_id: LandscapeId
) -> None:
    """Where it is under way, it stops within a fraction of a second."""
    await host.ask(session_id, DropLandscapeQuestion(id=landscape_id))
