"""Curves as Plotly figures."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gradtape.figures.gallery import FIGURES, figure_json, find_figure, layouts_json
from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.server.models import Figure, FigureLayout
from gradtape.sessions.questions import MetricsQuestion
from gradtape.tape.metrics import Metrics

router = APIRouter(tags=["training"])

NAMES = ", ".join(f"`{name}`" for name in FIGURES)
FigureName = Annotated[str, Path(max_length=64, description=f"One of {NAMES}.", examples=["loss"])]


@router.get(
    "/figures", summary="The layouts of all figures", response_model=dict[str, FigureLayout]
)
async def get_figure_layouts() -> Response:
    """By name; for whoever draws the points as they come, as the page does."""
    return json_answer(await run_in_threadpool(layouts_json))


@router.get(
    "/sessions/{session_id}/figures/{name}",
    summary="A Plotly figure of a session",
    response_model=Figure,
)
async def get_figure(host: HostDependency, session_id: SessionId, name: FigureName) -> Response:
    """Where a number is not finite, the line has a gap and a marked point."""
    build = find_figure(name)
    answer = await host.ask(session_id, MetricsQuestion())

    def draw() -> bytes:
        return figure_json(build(Metrics.model_validate_json(answer.payload)))

    return json_answer(await run_in_threadpool(draw))
