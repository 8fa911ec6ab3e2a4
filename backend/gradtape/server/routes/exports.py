"""A session as a file for elsewhere."""

import re

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from gradtape.exports.replay_page import write_page
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.sessions.questions import ReplayQuestion

router = APIRouter(prefix="/sessions/{session_id}/exports", tags=["exports"])


@router.get(
    "/html",
    summary="A replay: one HTML file that shows the recorded iterations without a server",
    response_class=HTMLResponse,
)
async def export_html(host: HostDependency, session_id: SessionId) -> Response:
    """The newest recorded iterations, as many as one file may hold, and the metrics."""
    answer = await host.ask(session_id, ReplayQuestion())
    facts = orjson.loads(answer.payload)
    page = await run_in_threadpool(write_page, answer.blob, has_curves=facts["has_curves"])
    # Kept, never opened in this origin: its own policy is for where it has no server.
    disposition = f'attachment; filename="{file_stem(facts["name"])}.html"'
    return HTMLResponse(page, headers={"Content-Disposition": disposition})


def file_stem(name: str) -> str:
    """A name that every file system takes: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:64] or "replay"
