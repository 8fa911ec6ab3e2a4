"""Numbers of every iteration."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.sessions.questions import MetricsQuestion
from gradtape.tape.metrics import Metrics

router = APIRouter(prefix="/sessions/{session_id}", tags=["training"])

Since = Annotated[
    int, Query(ge=0, le=2**53, description="Only iterations from this one on.", examples=[0])
]


@router.get("/metrics", summary="Loss and norms of every iteration", response_model=Metrics)
async def get_metrics(host: HostDependency, session_id: SessionId, since: Since = 0) -> Response:
    """Columns: iteration, loss, learning rate, and the norms of each parameter and gradient."""
    return json_answer((await host.ask(session_id, MetricsQuestion(since=since))).payload)
