"""What differs between two recordings of a session."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.sessions.questions import DifferenceQuestion
from gradtape.tape.difference import Difference

router = APIRouter(prefix="/sessions/{session_id}", tags=["recording"])

Earlier = Annotated[
    Annotated[int, Query(ge=0, le=2**53)] | Literal["replaced"],
    Query(
        alias="from",
        description="A recorded iteration; or `replaced`: the recording that the later one took "
        "the place of, as after an edit or an intervention.",
        examples=[0],
    ),
]
Later = Annotated[
    int | None,
    Query(
        alias="to", ge=0, le=2**53, description="A recorded iteration; without it, the latest one."
    ),
]


@router.get("/difference", summary="Two recordings, number by number", response_model=Difference)
async def get_difference(
    host: HostDependency, session_id: SessionId, before: Earlier = "replaced", after: Later = None
) -> Response:
    """Computed at full precision; the tensors that differ, the largest change first."""
    earlier = None if before == "replaced" else before
    question = DifferenceQuestion(before=earlier, after=after)
    return json_answer((await host.ask(session_id, question)).payload)
