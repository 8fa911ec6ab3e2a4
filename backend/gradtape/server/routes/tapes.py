"""Recorded iterations of a session."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gradtape.server.answers import BlobResponse, blob_answer, json_answer
from gradtape.server.dependencies import HostDependency, Iteration, SessionId
from gradtape.server.models import Tape
from gradtape.server.routes.record import Values
from gradtape.sessions.questions import BlobQuestion, TapeQuestion, TimesQuestion
from gradtape.tape.op_times import OpTimes

router = APIRouter(prefix="/sessions/{session_id}/tape", tags=["recording"])

KnownStructure = Annotated[
    str | None,
    Query(max_length=128, description="A structure's hash; if it is this one, it is left out."),
]


@router.get("", summary="A recorded iteration: structure and frame", response_model=Tape)
async def get_tape(
    host: HostDependency,
    session_id: SessionId,
    iteration: Iteration = None,
    values: Values = None,
    known_structure: KnownStructure = None,
) -> Response:
    """The numbers are in `…/tape/blob`, or with `values` in this answer too."""
    question = TapeQuestion(iteration=iteration, values=values, known_structure=known_structure)
    return json_answer((await host.ask(session_id, question)).payload)


@router.get(
    "/blob", summary="A recorded iteration: the frame's numbers", response_class=BlobResponse
)
async def get_blob(
    host: HostDependency, session_id: SessionId, iteration: Iteration = None
) -> Response:
    """float32, little-endian, laid out by the structure's slots."""
    return blob_answer((await host.ask(session_id, BlobQuestion(iteration=iteration))).blob)


@router.get(
    "/times", summary="A recorded iteration: how long each op takes", response_model=OpTimes
)
async def get_times(
    host: HostDependency, session_id: SessionId, iteration: Iteration = None
) -> Response:
    """Runs the iteration again to measure; the session stays where it stands."""
    return json_answer((await host.ask(session_id, TimesQuestion(iteration=iteration))).payload)
