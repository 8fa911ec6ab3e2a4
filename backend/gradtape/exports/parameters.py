"""Parameters, buffers and gradients of a recorded iteration as a safetensors file."""

import safetensors.torch
import torch
from torch import Tensor

import gradtape
from gradtape.engine.recorder.recording import Recording
from gradtape.tape.structure import Phase, Role

GRADIENT = "gradient/"


def write_parameters(recording: Recording, *, name: str = "", spec: str = "") -> bytes:
    """Every parameter and buffer by its name, as the iteration found it, and each gradient.

    Args:
        recording: of a model with named parameters.
        name: what to call it; into the metadata.
        spec: JSON, where there is one; into the metadata.
    Returns:
        a safetensors file: `fc1.weight`, `gradient/fc1.weight`. What got no gradient has none.
    """
    metadata = {
        "name": name,
        "iteration": str(recording.iteration),
        "torch": str(torch.__version__),
        "gradtape": gradtape.__version__,
        "spec": spec,
    }
    return safetensors.torch.save(_collect(recording), metadata=metadata)


def _collect(recording: Recording) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for entry in recording.structure.tensors:
        value = recording.tensor(entry.id)
        # Buffers of the update phase are the optimizer's own.
        is_state = entry.role in (Role.PARAMETER, Role.BUFFER) and entry.phase is Phase.FORWARD
        if not is_state or entry.name is None or value is None or entry.name in found:
            continue
        found[entry.name] = _copy(value)
        gradient = None if entry.gradient is None else recording.tensor(entry.gradient)
        if gradient is not None:
            found[GRADIENT + entry.name] = _copy(gradient)
    return found


def _copy(value: Tensor) -> Tensor:
    # The format refuses tensors that share memory or are strided.
    return value.detach().clone(memory_format=torch.contiguous_format)
