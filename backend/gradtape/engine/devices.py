"""Which device an experiment runs on."""

import torch

from gradtape.errors import DeviceUnavailable


def choose_device(name: str, dtype: str = "float32") -> torch.device:
    """The device that a spec asks for; `auto` takes CUDA, then MPS, then the CPU.

    Args:
        dtype: of the experiment; MPS has no float64, so `auto` passes it by.
    Raises:
        DeviceUnavailable: asked for by name, and not there.
    """
    if name == "auto":
        return torch.device(_find_best(dtype))
    device = torch.device(name)
    if device.type == "cuda":
        _require_cuda(device)
    elif device.type == "mps" and not torch.backends.mps.is_available():
        raise DeviceUnavailable(
            f'device "{name}" is not available: this machine has no MPS. {_alternatives()}',
            path="device",
        )
    return device


def torch_dtype(name: str) -> torch.dtype:
    """`float32` or `float64` as torch knows it."""
    return {"float32": torch.float32, "float64": torch.float64}[name]


def _find_best(dtype: str) -> str:
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available() and dtype != "float64":
        return "mps"
    return "cpu"


def _require_cuda(device: torch.device) -> None:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if (device.index or 0) < count:
        return
    there = f"this machine has {count} CUDA devices, from cuda:0" if count else "there is no CUDA"
    raise DeviceUnavailable(
        f'device "{device}" is not available: {there}. {_alternatives()}', path="device"
    )


def _alternatives() -> str:
    return f'Did you mean "{_find_best("float32")}"? "auto" takes the best that is there.'
