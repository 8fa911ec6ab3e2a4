"""Recordings become the document of a replay: the newest ones, as many as one file may hold."""

from collections.abc import Iterable

import torch

import gradtape
from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recording import Recording
from gradtape.exports.replay_metrics import thin_metrics
from gradtape.exports.replay_packing import compress
from gradtape.exports.replay_sharing import share_equal_slots
from gradtape.limits import REPLAY_DATA_BYTES_AIM
from gradtape.tape.metrics import Metrics
from gradtape.tape.replay_document import ReplayDocument, ReplayFrame
from gradtape.tape.structure import Structure

UNNAMED = "Untitled network"
FILL = 0.95  # of the aim: together, iterations pack a little worse than each alone


def compose_replay(
    name: str,
    recordings: Iterable[Recording],
    *,
    metrics: Metrics | None = None,
    aim_bytes: int = REPLAY_DATA_BYTES_AIM,
) -> ReplayDocument:
    """The document of these recordings; at least the first of them is in it.

    Args:
        name: of the network, as the user says it.
        recordings: the one that matters most first; read one by one until the file is full.
        metrics: of all iterations that ran.
        aim_bytes: of the document, compressed.
    """
    notices: list[str] = []
    room = aim_bytes * FILL
    if metrics is not None:
        metrics, notices = thin_metrics(metrics)
        room -= len(compress(metrics.model_dump_json()))
    structures: dict[str, Structure] = {}
    frames: list[ReplayFrame] = []
    for recording in recordings:
        structure, frame = recording.structure, ReplayFrame(**dict(recording.frame))
        room -= _size(structure, frame, with_structure=structure.hash not in structures)
        if room < 0 and frames:
            notices.append(_leaving_out(len(frames)))
            break
        structures[structure.hash] = structure
        frames.append(frame)
    return ReplayDocument(
        name=name,
        gradtape_version=gradtape.__version__,
        torch_version=str(torch.__version__),
        structures=structures,
        frames=sorted(frames, key=lambda frame: frame.iteration),
        metrics=metrics,
        notices=notices,
    )


def replay_experiment(experiment: Experiment) -> ReplayDocument:
    """The document of an experiment: its recorded iterations, the newest first, and its metrics.

    Raises:
        UnknownIteration: nothing is recorded yet.
    """
    name = experiment.spec.name or UNNAMED
    iterations = experiment.recorded_iterations[::-1] or [None]
    recordings = (experiment.recording(iteration) for iteration in iterations)
    return compose_replay(name, recordings, metrics=experiment.metrics())


def _size(structure: Structure, frame: ReplayFrame, *, with_structure: bool) -> int:
    _, (shared,) = share_equal_slots(structure, [frame])
    size = len(compress(shared.model_dump_json()))
    return size + (len(compress(structure.model_dump_json())) if with_structure else 0)


def _leaving_out(kept: int) -> str:
    newest = "newest recorded iteration" if kept == 1 else f"{kept} newest recorded iterations"
    return f"To be small, this file holds the {newest} and leaves out earlier ones."
