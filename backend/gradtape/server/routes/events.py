"""What a session tells, as it happens."""

from typing import Annotated

from fastapi import APIRouter, Header, Query

from gradtape.server.body_documents import EVENTS_ANSWER
from gradtape.server.dependencies import ClosingDependency, HostDependency, SessionId
from gradtape.server.event_stream import EventReader, EventStreamResponse

router = APIRouter(prefix="/sessions/{session_id}", tags=["sessions"])

After = Annotated[
    int | None,
    Query(ge=0, le=2**53, description="Start after this sequence; `Last-Event-ID` goes first."),
]
LastEventId = Annotated[
    int | None, Header(ge=0, le=2**53, description="Sent by browsers that come back.")
]


@router.get(
    "/events",
    summary="A session's events (SSE)",
    response_class=EventStreamResponse,
    responses=EVENTS_ANSWER,
)
async def stream_events(
    host: HostDependency,
    closing: ClosingDependency,
    session_id: SessionId,
    after: After = None,
    last_event_id: LastEventId = None,
) -> EventStreamResponse:
    """`id:` is the sequence, `event:` the kind, `data:` the logged event as JSON.

    A reader that comes back too late is told `resync` first. Without `after` or `Last-Event-ID`
    the stream begins with the oldest event that is still kept.
    """
    start = last_event_id if last_event_id is not None else after or 0
    reader = EventReader(host.events(session_id, start), closing)
    await reader.begin()
    return EventStreamResponse(reader)
