"""The environment of sessions' processes: what torch needs, and nothing of the server's."""

import os
from pathlib import Path

from gradtape.engine.data.image_sets import VARIABLE

KEPT = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "TMPDIR",
    "TZ",
)
KEPT_FOR_ACCELERATORS = (
    "CUDA_DEVICE_ORDER",
    "CUDA_HOME",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
)
# Each of these libraries would start threads of its own, and no process with threads can fork.
ONE_THREAD = {
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
# With a device in sight, torch's first backward pass would initialise it and start threads.
NO_ACCELERATORS = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": ""}


def clean_environment(*, hide_accelerators: bool, images: Path | None = None) -> dict[str, str]:
    """A fresh environment.

    Args:
        hide_accelerators: torch in this process sees the CPU only.
        images: the operator's folder of image sets.
    """
    kept = KEPT if hide_accelerators else KEPT + KEPT_FOR_ACCELERATORS
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    if images is not None:
        environment[VARIABLE] = str(images.absolute())
    return environment | ONE_THREAD | (NO_ACCELERATORS if hide_accelerators else {})
