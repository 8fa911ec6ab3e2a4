"""Recording one iteration beside the plain iteration and beside the peer's trace."""

import gc
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from bench.peer_process import PeerFailed, PeerProcess
from bench.recording_profile import profile_recording
from bench.timing import interleaved_medians, milliseconds
from bench.workloads import BUILDERS, Workload, build_workload
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.structure_builder import BuiltStructure, KnownStructures
from gradtape.tape.codec import encode_tape

FULL_AIM = 5.0  # times the plain iteration
KNOWN_AIM = 2.5
KNOWN_AIMS = {"rnn1000": 3.5}  # a thousand ops so small that watching them weighs more


def record(workload: Workload, known: KnownStructures, *, again: bool = False) -> None:
    """Record one iteration down to the bytes that leave the process.

    Args:
        workload: what to run.
        known: structures recorded before; the newest one is expected, and is not sent again.
        again: run the ops of the expected structure, which an iteration was compared with before.
    """
    workload.model.zero_grad(set_to_none=True)
    batch = {"input": workload.x, "target": workload.y}
    expected = known.newest
    with Recorder(workload.model, tensors=batch, known=known, expected=expected) as recorder:
        ran = recorder.run_again() if again else None
        assert again == (ran is not None)
        loss, output = ran or run(workload)
    recording = recorder.finish(loss=loss, output=output)
    encode_tape(recording.built.json if expected is None else None, recording.frame)
    # The blob is put together when it is first asked for; without this it would cost nothing.
    assert len(recording.frame.blob) == blob_bytes(recording.built)


def run(workload: Workload) -> tuple[Tensor, Tensor]:
    """A forward and a backward pass; returns the loss and the output."""
    output = workload.model(workload.x)
    loss = workload.loss(output, workload.y)
    loss.backward()
    return loss, output


def blob_bytes(structure: BuiltStructure) -> int:
    """How long the frame's blob must be."""
    return 4 * structure.slots.size


def contenders_for(workload: Workload, peer: PeerProcess | None) -> dict[str, Callable[[], float]]:
    """What takes turns, each answering in milliseconds."""
    known = KnownStructures()
    record(workload, known)
    record(workload, known)
    contenders = {
        "plain": lambda: milliseconds(workload.iterate),
        "full": lambda: milliseconds(lambda: record(workload, KnownStructures())),
        "compared": lambda: milliseconds(lambda: record(workload, known)),
        "known": lambda: milliseconds(lambda: record(workload, known, again=True)),
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
        "profile": profile_recording(workload),
    }


def measure_recording() -> list[dict[str, Any]]:
    """All workloads, one thread."""
    torch.set_num_threads(1)
    # As in a session's process: what was loaded before is not looked through for garbage again.
    gc.collect()
    gc.freeze()
    return [measure_workload(name) for name in BUILDERS]
