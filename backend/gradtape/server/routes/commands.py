"""What a session is told to do."""

from fastapi import APIRouter

from gradtape.server.bodies import read_command
from gradtape.server.body_documents import COMMAND_BODY
from gradtape.server.dependencies import HostDependency, SessionId
from gradtape.server.json_body import JsonBodyDependency
from gradtape.server.models import CommandReceipt

router = APIRouter(prefix="/sessions/{session_id}", tags=["sessions"])


@router.post(
    "/commands", summary="Tell a session what to do", status_code=202, openapi_extra=COMMAND_BODY
)
async def send_command(
    host: HostDependency, session_id: SessionId, body: JsonBodyDependency
) -> CommandReceipt:
    """Logged before it is acknowledged; what comes of it is told by the session's events."""
    return CommandReceipt(sequence=await host.send(session_id, read_command(body)))
