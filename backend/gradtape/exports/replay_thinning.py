"""Smaller previews: a document that is too large gives up numbers, never statistics."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from gradtape.engine.recorder.exact_statistics import summarize
from gradtape.tape.frame import Statistics
from gradtape.tape.replay_document import ReplayDocument, ReplayFrame
from gradtape.tape.structure import Slot, Structure

Thinning = tuple[int, ...]
"""Of a slot: which stored index of each dimension stays, every first, second, fourth …"""


def thin_document(document: ReplayDocument, most_values: int) -> ReplayDocument:
    """The same iterations with at most this many numbers per tensor, and a notice that says so."""
    structures = document.structures
    frames = [
        _thin_frame(frame, structures[frame.structure_hash].slots, most_values)
        for frame in document.frames
    ]
    notice = (
        f"To be small, this file holds previews of tensors with more than {most_values} numbers. "
        "Their statistics are of all numbers."
    )
    return document.model_copy(
        update={
            "structures": {
                key: _thin_structure(structure, most_values)
                for key, structure in structures.items()
            },
            "frames": frames,
            "notices": [*document.notices, notice],
        }
    )


def _plan(slot: Slot, most_values: int) -> Thinning:
    """The longest dimension is thinned first, as the recorder does it."""
    thinning = [1] * len(slot.shape)
    stored = list(slot.shape)
    while math.prod(stored) > most_values:
        longest = stored.index(max(stored))
        thinning[longest] *= 2
        stored[longest] = -(-slot.shape[longest] // thinning[longest])
    return tuple(thinning)


def _thin_structure(structure: Structure, most_values: int) -> Structure:
    slots: list[Slot] = []
    offset = 0
    for slot in structure.slots:
        thinning = _plan(slot, most_values)
        shape = tuple(-(-size // step) for size, step in zip(slot.shape, thinning, strict=True))
        steps = tuple(old * step for old, step in zip(slot.steps, thinning, strict=True))
        full = slot.full and shape == slot.shape
        count = math.prod(shape)
        slots.append(Slot(offset=offset, count=count, shape=shape, steps=steps, full=full))
        offset += count
    return structure.model_copy(update={"slots": tuple(slots)})


def _thin_frame(frame: ReplayFrame, slots: Sequence[Slot], most_values: int) -> ReplayFrame:
    numbers = np.frombuffer(frame.blob, "<f4")
    parts: list[NDArray[np.float32]] = []
    statistics: dict[int, Statistics] = {}
    for number, slot in enumerate(slots):
        thinning = _plan(slot, most_values)
        stored = numbers[slot.offset : slot.offset + slot.count]
        index = tuple(slice(None, None, step) for step in thinning)
        parts.append(stored.reshape(slot.shape)[index].reshape(-1))
        if slot.full and max(thinning, default=1) > 1:
            # What travelled whole had no need of statistics until now.
            statistics[number] = summarize(torch.from_numpy(stored.copy()))
    blob = np.concatenate(parts).tobytes() if parts else b""
    return frame.model_copy(
        update={"blob": blob, "statistics": _merged(frame.statistics, statistics)}
    )


def _merged(
    known: Mapping[int, Statistics], added: Mapping[int, Statistics]
) -> dict[int, Statistics]:
    return dict(sorted({**known, **added}.items()))
