"""What the layers of recorded iterations gave and were given back."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gradtape import limits
from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.sessions.questions import LayersQuestion
from gradtape.tape.layers import LayerHistory

router = APIRouter(prefix="/sessions/{session_id}", tags=["training"])

Iterations = Annotated[
    list[Annotated[int, Query(ge=0, le=2**53)]] | None,
    Query(
        max_length=limits.MAX_LAYER_ITERATIONS,
        description="Recorded iterations, `?iterations=0&iterations=10`; without it, all that are "
        f"recorded, thinned evenly to {limits.MAX_LAYER_ITERATIONS}.",
    ),
]


@router.get(
    "/layers", summary="Histograms, dead and saturated units by layer", response_model=LayerHistory
)
async def get_layers(
    host: HostDependency, session_id: SessionId, iterations: Iterations = None
) -> Response:
    """For each iteration, each layer's output and gradients: norms, histograms, and shares."""
    asked = None if iterations is None else tuple(iterations)
    return json_answer((await host.ask(session_id, LayersQuestion(iterations=asked))).payload)
