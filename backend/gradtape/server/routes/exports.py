"""A session as a file."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path
from starlette.responses import Response

from gradtape.exports.gallery import EXPORTS, find_export
from gradtape.server.answers import file_answer
from gradtape.server.body_documents import EXPORT_ANSWER
from gradtape.server.dependencies import ExportLimiter, HostDependency, Iteration, SessionId

router = APIRouter(prefix="/sessions/{session_id}/exports", tags=["exports"])

ExportKind = Annotated[
    str,
    Path(
        max_length=64,
        description="What kind of file: "
        + " · ".join(f"`{export.kind}` {export.words}" for export in EXPORTS.values()),
        examples=["script", *(kind for kind in EXPORTS if kind != "script")],
    ),
]


@router.get(
    "/{kind}",
    summary="A session as a file",
    response_class=Response,
    responses=EXPORT_ANSWER,
)
async def get_export(
    host: HostDependency,
    limiter: ExportLimiter,
    session_id: SessionId,
    kind: ExportKind,
    iteration: Iteration = None,
) -> Response:
    """The graph and the numbers of a recorded iteration, or the whole run as a program or table.

    `html`, `script` and `csv` are about the whole run: for them `iteration` says nothing. `html`
    holds the newest recorded iterations, as many as one file may. Pictures are drawn by Graphviz;
    where that is not installed, the error `graphviz_unavailable` says so.
    """
    export = find_export(kind)
    state = await host.state(session_id)
    answer = await host.ask(session_id, export.question(iteration))
    # In a thread, and only a few at once: drawing may take seconds of a core.
    content = await run_sync(export.finish, answer, limiter=limiter)
    return file_answer(content, export.media_type, export.file_name(state.name))
