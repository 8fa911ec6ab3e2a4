"""Where the time of a full recording goes: what is left to gain, and what torch itself takes."""

import statistics
import time
from itertools import pairwise
from typing import Any

from bench.workloads import Workload
from gradtape.engine.private_torch import DispatchMode
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.structure_builder import KnownStructures
from gradtape.tape.codec import encode_tape

MAX_RUNS = 7
SECONDS = 5.0


class PassingOn(DispatchMode):
    """Sees every op and does nothing: below this no recorder with a dispatch mode can be."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


def profile_recording(workload: Workload) -> dict[str, float]:
    """Medians in milliseconds.

    `passing on` is the plain iteration under a mode that does nothing; the others are the parts of
    a full recording, which add up to it.
    """
    runs: list[dict[str, float]] = []
    deadline = time.perf_counter() + SECONDS
    while len(runs) < MAX_RUNS and (not runs or time.perf_counter() < deadline):
        runs.append({"passing on": _pass_on(workload), **_record(workload)})
    return {part: statistics.median(run[part] for run in runs) for part in runs[0]}


def _pass_on(workload: Workload) -> float:
    started = time.perf_counter()
    with PassingOn():
        workload.iterate()
    return (time.perf_counter() - started) * 1_000


def _record(workload: Workload) -> dict[str, float]:
    workload.model.zero_grad(set_to_none=True)
    times = [time.perf_counter()]
    batch = {"input": workload.x, "target": workload.y}
    with Recorder(workload.model, tensors=batch, known=KnownStructures()) as recorder:
        output = workload.model(workload.x)
        loss = workload.loss(output, workload.y)
        times.append(time.perf_counter())
        loss.backward()
    times.append(time.perf_counter())
    recording = recorder.finish(loss=loss, output=output)
    times.append(time.perf_counter())
    frame = recording.frame
    times.append(time.perf_counter())
    encode_tape(recording.built.json, frame)
    times.append(time.perf_counter())
    parts = ("forward", "backward", "structure", "numbers", "bytes")
    pairs = pairwise(times)
    return {part: (end - begin) * 1_000 for part, (begin, end) in zip(parts, pairs, strict=True)}
