"""Recording one iteration beside the plain iteration and beside the peer's trace."""

from collections.abc import Callable
from typing import Any

import torch

from bench.peer_process import PeerFailed, PeerProcess
from bench.timing import interleaved_medians, milliseconds
from bench.workloads import BUILDERS, Workload, build_workload
from gradtape.engine.recorder import Recorder
from gradtape.engine.structure_builder import KnownStructures
from gradtape.tape.codec import encode_tape
from gradtape.tape.structure import Structure

FULL_AIM = 5.0  # times the plain iteration
KNOWN_AIM = 2.5
KNOWN_AIMS = {"rnn1000": 3.5}  # a thousand ops so small that watching them weighs more


def record(workload: Workload, known: KnownStructures, known_hash: str | None) -> str:
    """Record one iteration down to the bytes that leave the process.

    Args:
        workload: what to run.
        known: structures recorded before.
        known_hash: the structure that the receiver has; it is not sent again.

    Returns:
        The hash of the structure.
    """
    workload.model.zero_grad(set_to_none=True)
    batch = {"input": workload.x, "target": workload.y}
    with Recorder(workload.model, tensors=batch, known=known) as recorder:
        output = workload.model(workload.x)
        loss = workload.loss(output, workload.y)
        loss.backward()
    recording = recorder.finish(loss=loss, output=output)
    structure, frame = recording.structure, recording.frame
    encode_tape(None if structure.hash == known_hash else structure, frame)
    # The blob is put together when it is first asked for; without this it would cost nothing.
    assert len(frame.blob) == blob_bytes(structure)
    return structure.hash


def blob_bytes(structure: Structure) -> int:
    """How long the frame's blob must be."""
    return 4 * sum(slot.count for slot in structure.slots)


def contenders_for(workload: Workload, peer: PeerProcess | None) -> dict[str, Callable[[], float]]:
    """What takes turns, each answering in milliseconds."""
    known = KnownStructures()
    known_hash = record(workload, known, None)
    contenders = {
        "plain": lambda: milliseconds(workload.iterate),
        "full": lambda: milliseconds(lambda: record(workload, KnownStructures(), None)),
        "known": lambda: milliseconds(lambda: record(workload, known, known_hash)),
    }
    if peer is not None:
        contenders["peer"] = lambda: peer.milliseconds(workload.name)
    return contenders


def measure_workload(name: str) -> dict[str, Any]:
    """Medians in milliseconds and their ratios to the plain iteration."""
    workload = build_workload(name)
    with PeerProcess() as peer:
        try:
            peer.milliseconds(name)  # the first trace of a process prepares torch
            peer.milliseconds(name)
            failure = None
        except PeerFailed as error:
            failure = str(error)
        turns = contenders_for(workload, peer if failure is None else None)
        medians = interleaved_medians(turns)
    ratios = {who: value / medians["plain"] for who, value in medians.items() if who != "plain"}
    return {
        "workload": name,
        "milliseconds": medians,
        "ratios": ratios,
        "peer_failure": failure,
        "aims": {"full": FULL_AIM, "known": KNOWN_AIMS.get(name, KNOWN_AIM)},
    }


def measure_recording() -> list[dict[str, Any]]:
    """All workloads, one thread."""
    torch.set_num_threads(1)
    return [measure_workload(name) for name in BUILDERS]
