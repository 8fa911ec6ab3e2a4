"""Exact numbers of single tensors."""

import json
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from gradtape.server.answers import BLOB, blob_answer, json_answer
from gradtape.server.body_documents import VALUES_ANSWER
from gradtape.server.dependencies import HostDependency, Iteration, SessionId
from gradtape.server.models import TensorValues
from gradtape.sessions.questions import ValuesQuestion

router = APIRouter(prefix="/sessions/{session_id}/tensors", tags=["recording"])

TensorName = Annotated[
    str,
    Path(max_length=128, description="A tensor's name or id in the tape.", examples=["fc1.weight"]),
]
Slice = Annotated[
    str | None,
    Query(
        max_length=256,
        description="One index or range per dimension, as in Python; without it, all.",
        examples=["0:10,:"],
    ),
]
Accept = Annotated[str, Header(description=f"`{BLOB}` for bytes instead of JSON.")]


@router.get(
    "/{tensor}/values",
    summary="Exact numbers of a tensor or of a slice of it",
    response_model=TensorValues,
    responses=VALUES_ANSWER,
)
async def get_values(
    host: HostDependency,
    session_id: SessionId,
    tensor: TensorName,
    slice: Slice = None,  # noqa: A002 — the parameter's name in the address
    iteration: Iteration = None,
    accept: Accept = "application/json",
) -> Response:
    """In full precision while the session lives; bytes are little-endian in the tensor's dtype."""
    as_blob = BLOB in accept
    question = ValuesQuestion(tensor=tensor, slice=slice, iteration=iteration, as_blob=as_blob)
    answer = await host.ask(session_id, question)
    if not as_blob:
        return json_answer(answer.payload)
    facts = json.loads(answer.payload)
    shape = ",".join(str(size) for size in facts["shape"])
    return blob_answer(answer.blob, shape=shape, dtype=facts["dtype"])
