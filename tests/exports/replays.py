"""Small recordings to make replays of."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.exports.replay_composition import compose_replay
from gradtape.exports.replay_packing import pack_document
from gradtape.exports.replay_page import write_page
from gradtape.limits import REPLAY_DATA_BYTES_AIM
from gradtape.spec import parse_spec
from gradtape.tape.replay_document import ReplayDocument


def experiment(layers: Sequence[dict[str, Any]] = (), **changes: Any) -> Experiment:
    """Moons, one hidden layer unless told otherwise; nothing has run."""
    raw: dict[str, Any] = {
        "name": "small",
        "device": "cpu",
        "data": {"kind": "moons", "samples": 12},
        "network": {
            "layers": [
                *(layers or [{"kind": "linear", "name": "fc1", "out_features": 3}]),
                {"kind": "linear", "name": "fc2", "out_features": 1},
            ]
        },
        "loss": {"kind": "bce_with_logits"},
        "optimizer": {"kind": "sgd", "lr": 0.1},
    }
    return Experiment(parse_spec({**raw, **changes}))


def record(
    inputs: torch.Tensor, outputs: int = 2, iteration: int = 0, *, flatten: bool = False
) -> Recording:
    """One linear layer on these inputs, with the squared sum as loss; the same each time."""
    features = math.prod(inputs.shape[1:]) if flatten else inputs.shape[-1]
    with torch.random.fork_rng():
        torch.manual_seed(5)
        linear = nn.Linear(features, outputs)
    model = nn.Sequential(nn.Flatten(), linear) if flatten else linear
    with Recorder(model, tensors={"input": inputs}) as recorder:
        output = model(inputs)
        loss = output.pow(2).sum()
        loss.backward()
    return recorder.finish(iteration=iteration, loss=loss, output=output)


def wide_recording(iteration: int = 0) -> Recording:
    """An input and an output of 2,048 numbers."""
    generator = torch.Generator().manual_seed(iteration)
    return record(torch.randn(32, 64, generator=generator), 64, iteration)


def document_of(*recordings: Recording, name: str = "net", **options: Any) -> ReplayDocument:
    """Their document."""
    return compose_replay(name, recordings, **options)


def write_replay(document: ReplayDocument, *, aim_bytes: int = REPLAY_DATA_BYTES_AIM) -> bytes:
    """The file, as a session's answer and the export that finishes it make it."""
    packed = pack_document(document, aim_bytes=aim_bytes)
    return write_page(packed, has_curves=document.has_curves)
