"""Sessions: opened, looked at, deleted."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from gradtape.server.bodies import read_opening
from gradtape.server.body_documents import OPENING_BODY
from gradtape.server.dependencies import HostDependency, SessionId, new_session_id
from gradtape.server.json_body import JsonBodyDependency
from gradtape.server.models import BranchPoint
from gradtape.sessions.messages import SessionState

router = APIRouter(prefix="/sessions", tags=["sessions"])


@router.post("", summary="Open a session", status_code=201, openapi_extra=OPENING_BODY)
async def open_session(
    host: HostDependency, body: JsonBodyDependency, response: Response
) -> SessionState:
    """A live network with its tape. Nothing has run yet: send `record` or `run`.

    A branch has the other session's past up to the iteration that it stands before, and goes on
    from there by itself; the other session is left as it is.
    """
    opening = await run_in_threadpool(read_opening, body)
    session_id = new_session_id()
    if isinstance(opening, BranchPoint):
        state = await host.branch(session_id, opening.session, opening.iteration)
    else:
        state = await host.open(session_id, opening)
    response.headers["Location"] = f"/api/v1/sessions/{session_id}"
    return state


@router.get("/{session_id}", summary="A session's spec and where it stands")
async def get_session(host: HostDependency, session_id: SessionId) -> SessionState:
    """An idle session comes back from its snapshot by itself."""
    return await host.state(session_id)


@router.delete("/{session_id}", summary="Delete a session", status_code=204)
async def delete_session(host: HostDependency, session_id: SessionId) -> None:
    """Its process ends and nothing of it is kept."""
    await host.close(session_id)
