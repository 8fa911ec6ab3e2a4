"""A replay: recorded iterations in one HTML file that opens anywhere, without a server."""

from gradtape.exports.replay_packing import pack_document
from gradtape.exports.replay_page import write_page
from gradtape.limits import REPLAY_DATA_BYTES_AIM
from gradtape.tape.replay_document import ReplayDocument


def write_replay(document: ReplayDocument, *, aim_bytes: int = REPLAY_DATA_BYTES_AIM) -> bytes:
    """The file.

    Args:
        aim_bytes: of the recordings, compressed; beyond it large tensors become smaller previews.
    Raises:
        LimitExceeded: more than MAX_REPLAY_DATA_BYTES.
        PageNotBuilt: the viewer that goes into the file is not in this installation.
    """
    packed = pack_document(document, aim_bytes=aim_bytes)
    return write_page(packed, has_curves=document.has_curves)
