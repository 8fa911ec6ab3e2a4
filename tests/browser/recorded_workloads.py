"""The workloads of the benchmark, recorded into replays by the library, as anybody would."""

from pathlib import Path

import gradtape
from bench.workloads import Workload, build_workload


def save_replay(name: str, folder: Path) -> tuple[Workload, Path]:
    """One iteration of a workload as a file; and the workload, to compute its numbers plainly."""
    work = build_workload(name)
    with gradtape.record(work.model) as tape:
        work.iterate()
    path = folder / f"{name}.html"
    tape.save(path)
    return work, path
