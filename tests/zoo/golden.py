"""Golden tapes: ten recordings as they have to be, with their wiring and their numbers.

`make golden` writes them anew; what changed is then to be read in the diff.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gradtape.engine.recorder.recording import Recording
from tests.zoo.cases import CASES
from tests.zoo.recording import record_program

FOLDER = Path(__file__).parent / "golden"

GOLDEN = (
    "branch_that_depends_on_a_value",
    "layer_used_three_times_and_tied",
    "dot_product_attention",
    "embedding",
    "batch_norm1d",
    "max_with_winners",
    "activation_in_place",
    "split_into_parts",
    "module_forward_hooks",
    "loss_cross_entropy_with_weights",
)

DIGITS = 6
"""Significant digits of a stored number: float32 has seven."""

Plain = dict[str, Any]


def golden_tape(name: str) -> Plain:
    """The tape of a case as it is recorded now, in the form in which it is stored."""
    case = next(case for case in CASES if case.name == name)
    return to_plain(record_program(case.build(torch.float64)))


def to_plain(recording: Recording) -> Plain:
    """A structure and the numbers of each slot; without the hash and the layout of the blob."""
    structure = recording.structure.model_dump(mode="json", exclude={"hash"})
    numbers = np.frombuffer(recording.frame.blob, "<f4").tolist()
    values = [
        [rounded(number) for number in numbers[slot["offset"] : slot["offset"] + slot["count"]]]
        for slot in structure["slots"]
    ]
    for slot in structure["slots"]:
        del slot["offset"]
    return {**structure, "values": values}


def rounded(number: float) -> float | str:
    """A number with few digits; JSON has no NaN and no infinity."""
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else str(number)


def load(name: str) -> Plain:
    """The stored tape of a case."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def to_text(tape: Plain) -> str:
    """JSON with one line for each record, so that a diff shows which one changed."""
    parts = []
    for key, value in tape.items():
        if isinstance(value, list) and value:
            rows = ",\n    ".join(json.dumps(row) for row in value)
            parts.append(f'  "{key}": [\n    {rows}\n  ]')
        else:
            parts.append(f'  "{key}": {json.dumps(value)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for name in GOLDEN:
        (FOLDER / f"{name}.json").write_text(to_text(golden_tape(name)))
