"""One iteration, recorded and given away; nothing is kept."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gradtape.server.answers import json_answer
from gradtape.server.bodies import read_spec
from gradtape.server.body_documents import SPEC_BODY
from gradtape.server.dependencies import HostDependency
from gradtape.server.json_body import JsonBodyDependency
from gradtape.server.models import Tape

router = APIRouter(tags=["recording"])

Values = Annotated[
    Literal["inline"] | None,
    Query(
        description="With `inline` each tensor carries its numbers under `values`, as nested "
        "lists; at most MAX_RESPONSE_VALUES in one answer."
    ),
]


@router.post(
    "/record",
    summary="Record one iteration of a spec; nothing is kept",
    response_model=Tape,
    openapi_extra=SPEC_BODY,
)
async def record(host: HostDependency, body: JsonBodyDependency, values: Values = None) -> Response:
    """Builds the spec in a process of its own, runs its first iteration, and answers the tape."""
    spec = await run_in_threadpool(read_spec, body)
    answer = await host.record(spec, values == "inline")
    return json_answer(answer.payload)
