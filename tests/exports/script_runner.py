"""Runs exported programs in this process, from which Gradtape cannot be imported.

`python script_runner.py FOLDER` leaves beside each `.py` what it printed (`.txt`) and the gradients
of its last iteration by parameter (`.npz`).
"""

import contextlib
import io
import runpy
import sys
from pathlib import Path

import numpy as np


def main() -> None:
    sys.modules["gradtape"] = None  # pyright: ignore[reportArgumentType] — importing it fails
    for program in sorted(Path(sys.argv[1]).glob("*.py")):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            names = runpy.run_path(str(program))
        program.with_suffix(".txt").write_text(printed.getvalue())
        gradients = {
            name: parameter.grad.numpy()
            for name, parameter in names["network"].named_parameters()
            if parameter.grad is not None
        }
        np.savez(program.with_suffix(".npz"), **gradients)


if __name__ == "__main__":
    main()
