"""Slots with the same numbers become one place of the blob.

Half of what an iteration computes is views and copies of the other half. gzip does not see it: it
looks back 32 kB, two tensors far.
"""

from collections.abc import Sequence

from gradtape.tape.replay_document import ReplayDocument, ReplayFrame
from gradtape.tape.structure import Slot, Structure

BYTES_PER_NUMBER = 4


def share_in_document(document: ReplayDocument) -> ReplayDocument:
    """The same document in fewer bytes."""
    structures = dict(document.structures)
    frames: list[ReplayFrame] = []
    for key, structure in document.structures.items():
        own = [frame for frame in document.frames if frame.structure_hash == key]
        structures[key], shared = share_equal_slots(structure, own)
        frames += shared
    frames.sort(key=lambda frame: frame.iteration)
    return document.model_copy(update={"structures": structures, "frames": frames})


def share_equal_slots(
    structure: Structure, frames: Sequence[ReplayFrame]
) -> tuple[Structure, list[ReplayFrame]]:
    """The same in fewer bytes: slots share a place where they are equal in each of the frames."""
    kept, slots = _share(structure.slots, frames)
    shared = [
        frame.model_copy(update={"blob": b"".join(_part(frame, slot) for slot in kept)})
        for frame in frames
    ]
    return structure.model_copy(update={"slots": tuple(slots)}), shared


def _share(slots: Sequence[Slot], frames: Sequence[ReplayFrame]) -> tuple[list[Slot], list[Slot]]:
    """The slots whose numbers stay, and all slots with their new places."""
    kept: list[Slot] = []
    moved: list[Slot] = []
    place_of: dict[tuple[bytes, ...], int] = {}
    end = 0
    for slot in slots:
        content = tuple(_part(frame, slot) for frame in frames)
        if content not in place_of:
            place_of[content] = end
            kept.append(slot)
            end += slot.count
        moved.append(slot.model_copy(update={"offset": place_of[content]}))
    return kept, moved


def _part(frame: ReplayFrame, slot: Slot) -> bytes:
    start = slot.offset * BYTES_PER_NUMBER
    # A recorder's blob can be written to; what is looked up by its content may not be.
    return bytes(frame.blob[start : start + slot.count * BYTES_PER_NUMBER])
