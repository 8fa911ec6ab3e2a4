"""What is wrong with a run."""

from fastapi import APIRouter
from starlette.responses import Response

from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.sessions.questions import DiagnosisQuestion
from gradtape.tape.finding import Finding

router = APIRouter(prefix="/sessions/{session_id}", tags=["training"])


@router.get(
    "/diagnosis", summary="What is wrong, where, and what to try", response_model=list[Finding]
)
async def get_diagnosis(host: HostDependency, session_id: SessionId) -> Response:
    """Findings, causes first, from all losses and the latest recording; an empty list: healthy.

    Where the loss leads is judged after some tens of iterations; what layers do to gradients, from
    the first recorded one on.
    """
    return json_answer((await host.ask(session_id, DiagnosisQuestion())).payload)
