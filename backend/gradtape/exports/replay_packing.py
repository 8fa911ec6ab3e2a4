"""A replay's document as bytes that keep within the limit."""

import gzip
from collections.abc import Iterator

from gradtape.errors import LimitExceeded
from gradtape.exports.replay_sharing import share_in_document
from gradtape.exports.replay_thinning import thin_document
from gradtape.limits import (
    MAX_INLINE_VALUES,
    MAX_REPLAY_DATA_BYTES,
    MIN_REPLAY_PREVIEW_VALUES,
    REPLAY_DATA_BYTES_AIM,
)
from gradtape.tape.replay_document import ReplayDocument

COMPRESSION_LEVEL = 6  # 9 takes several times longer for one percent


def pack_document(document: ReplayDocument, *, aim_bytes: int = REPLAY_DATA_BYTES_AIM) -> bytes:
    """The document as compressed JSON, with the largest previews that keep it within the aim.

    Where no preview is small enough for that, because the wiring alone is too large, none shrinks.

    Raises:
        LimitExceeded: more than MAX_REPLAY_DATA_BYTES.
    """
    whole = _pack(document)
    if len(whole) <= aim_bytes:
        return whole
    for candidate in _ever_smaller(document):
        packed = _pack(candidate)
        if len(packed) <= aim_bytes:
            return packed
    if len(whole) <= MAX_REPLAY_DATA_BYTES:
        return whole
    raise LimitExceeded(
        f"The recordings of this replay would have {len(whole):,} bytes, compressed; "
        f"{MAX_REPLAY_DATA_BYTES:,} are allowed.",
        limit="MAX_REPLAY_DATA_BYTES",
        asked=len(whole),
        allowed=MAX_REPLAY_DATA_BYTES,
    )


def _pack(document: ReplayDocument) -> bytes:
    return compress(share_in_document(document).model_dump_json())


def compress(json_text: str) -> bytes:
    """As gzip, the same bytes whenever it is done."""
    return gzip.compress(json_text.encode(), COMPRESSION_LEVEL, mtime=0)


def _ever_smaller(document: ReplayDocument) -> Iterator[ReplayDocument]:
    slots = [slot for structure in document.structures.values() for slot in structure.slots]
    largest = max((slot.count for slot in slots), default=0)
    most_values = MAX_INLINE_VALUES // 2
    while most_values >= MIN_REPLAY_PREVIEW_VALUES:
        if most_values < largest:
            yield thin_document(document, most_values)
        most_values //= 2
