"""Answers whose bytes a session's process already made: passed on, never parsed again."""

from starlette.responses import Response

JSON = "application/json"
BLOB = "application/octet-stream"


class BlobResponse(Response):
    """Numbers as bytes, little-endian."""

    media_type = BLOB


def json_answer(payload: bytes) -> Response:
    """JSON text as it is."""
    return Response(payload, media_type=JSON)


def blob_answer(blob: bytes, **facts: object) -> Response:
    """Numbers as bytes; what they are stands in `X-Gradtape-…` headers."""
    headers = {f"X-Gradtape-{name.title()}": str(value) for name, value in facts.items()}
    return BlobResponse(blob, headers=headers)
