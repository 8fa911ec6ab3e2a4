"""One iteration, recorded and given away; nothing is kept."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gradtape.server.answers import json_answer
from gradtape.server.bodies import read_runnable_spec, read_spec
from gradtape.server.body_documents import SPEC_BODY
from gradtape.server.dependencies import HostDependency
from gradtape.server.json_body import JsonBodyDependency
from gradtape.server.models import Tape
from gradtape.sessions.questions import ValuesForm

router = APIRouter(tags=["recording"])

Values = Annotated[
    ValuesForm | None,
    Query(
        description="With `inline` each tensor carries its numbers under `values`, as nested "
        "lists; at most MAX_RESPONSE_VALUES in one answer. With `blob` the frame's float32 "
        "numbers, laid out by the structure's slots, come as base64 under `blob`: a whole tape in "
        "one answer."
    ),
]

Until = Annotated[
    Literal["mistake"] | None,
    Query(
        description="With `mistake` a spec that is wrong is run up to its first wrong layer: the "
        "answer is the tape of the forward pass of the layers before it, or of all layers where "
        "only the loss, the targets or the optimizer are wrong. There is no loss on it and no "
        "backward pass. Where nothing can be run (the first layer or the data is wrong, or a limit "
        "is exceeded), the spec is refused as without it. A spec that is right is recorded as "
        "always."
    ),
]


@router.post(
    "/record",
    summary="Record one iteration of a spec; nothing is kept",
    response_model=Tape,
    openapi_extra=SPEC_BODY,
)
async def record(
    host: HostDependency, body: JsonBodyDependency, values: Values = None, until: Until = None
) -> Response:
    """Builds the spec in a process of its own, runs its first iteration, and answers the tape."""
    if until is None:
        spec, is_whole = await run_in_threadpool(read_spec, body), True
    else:
        spec, is_whole = await run_in_threadpool(read_runnable_spec, body)
    answer = await host.record(spec, values, forward_only=not is_whole)
    return json_answer(answer.payload)
