"""Curves as Plotly figures."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gradtape.figures.gallery import figure_json, find_figure
from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.server.models import Figure
from gradtape.sessions.questions import MetricsQuestion
from gradtape.tape.metrics import Metrics

router = APIRouter(prefix="/sessions/{session_id}/figures", tags=["training"])

FigureName = Annotated[
    str, Path(max_length=64, description="`loss` or `gradient_flow`.", examples=["loss"])
]


@router.get("/{name}", summary="A Plotly figure of a session", response_model=Figure)
async def get_figure(host: HostDependency, session_id: SessionId, name: FigureName) -> Response:
    """Where a number is not finite, the line has a gap and a marked point."""
    build = find_figure(name)
    answer = await host.ask(session_id, MetricsQuestion())

    def draw() -> bytes:
        return figure_json(build(Metrics.model_validate_json(answer.payload)))

    return json_answer(await run_in_threadpool(draw))
