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


def blob_answer(blob: bytes | memoryview, **facts: object) -> Response:
    """Numbers as bytes; what they are stands in `X-Gradtape-…` headers."""
    headers = {f"X-Gradtape-{name.title()}": str(value) for name, value in facts.items()}
    return BlobResponse(blob, headers=headers)


def file_answer(content: bytes, media_type: str, name: str) -> Response:
    """A file to be kept, not shown.

    Args:
        content: what is in it.
        media_type: of the content.
        name: letters, digits, dots, hyphens and underscores only.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
