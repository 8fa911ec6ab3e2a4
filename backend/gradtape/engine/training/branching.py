"""Where one past leads to two futures: a snapshot without what came after an iteration."""

from dataclasses import replace

from gradtape.engine.training.checkpoint import Checkpoint
from gradtape.engine.training.snapshot import Snapshot


def cut_after(snapshot: Snapshot, here: Checkpoint) -> Snapshot:
    """The snapshot of an experiment that stands at `here` and has never gone further.

    Args:
        snapshot: of an experiment that has gone on from `here`, or stands there.
        here: one of its checkpoints. What was recorded and measured of that very iteration stays,
            as after a seek: it is what the branch shows until it goes on.
    """
    # Copies: safetensors refuses one memory under two names.
    copies = {name: tensor.clone() for name, tensor in here.tensors.items()}
    return Snapshot(
        replace(here, tensors=copies),
        {
            number: checkpoint
            for number, checkpoint in snapshot.checkpoints.items()
            if number <= here.iteration
        },
        snapshot.edits[: here.edits],
        # Each row begins with its iteration.
        {name: rows[rows[:, 0] <= here.iteration] for name, rows in snapshot.metrics.items()},
    )
