"""Pictures of the function that a session's network computes."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gradtape import limits
from gradtape.server.answers import json_answer
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.sessions.questions import PredictionsQuestion, SurfaceQuestion
from gradtape.tape.function_pictures import Predictions, Surface

router = APIRouter(prefix="/sessions/{session_id}", tags=["function"])

Resolution = Annotated[
    int,
    Query(
        ge=2,
        le=limits.MAX_SURFACE_SIDE,
        description="Points along each axis; a large network is drawn more coarsely.",
    ),
]
Limit = Annotated[
    int, Query(ge=1, le=limits.MAX_PREDICTED_SAMPLES, description="Rows, at most.", examples=[20])
]
Output = Annotated[
    int, Query(ge=0, le=2**31, description="Which of several outputs, where they are no classes.")
]
OnlyWrong = Annotated[
    bool, Query(description="Only wrong answers, the surest first; where there are such.")
]
WithInputs = Annotated[bool, Query(description="Each row with the numbers of its sample.")]


@router.get("/surface", summary="What the network gives around its data", response_model=Surface)
async def get_surface(
    host: HostDependency, session_id: SessionId, resolution: Resolution = 60
) -> Response:
    """Over one or two inputs, in evaluation mode, as the network stands between two iterations.

    Other networks are answered by the error `picture_unavailable`.
    """
    answer = await host.ask(session_id, SurfaceQuestion(resolution=resolution))
    return json_answer(answer.payload)


@router.get(
    "/predictions", summary="The network's answers for its samples", response_model=Predictions
)
async def get_predictions(
    host: HostDependency,
    session_id: SessionId,
    limit: Limit = 100,
    output: Output = 0,
    only_wrong: OnlyWrong = False,
    with_inputs: WithInputs = False,
) -> Response:
    """In evaluation mode, as the network stands between two iterations.

    At most MAX_PREDICTED_SAMPLES samples are run, evenly chosen; `samples` says how many.
    """
    question = PredictionsQuestion(
        limit=limit, output=output, only_wrong=only_wrong, with_inputs=with_inputs
    )
    return json_answer((await host.ask(session_id, question)).payload)
