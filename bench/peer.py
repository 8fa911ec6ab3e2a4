"""TorchLens on the same workloads; runs in an environment of its own (.venv-bench).

One line in: the name of a workload. One line out: the milliseconds of one trace with its backward
pass, gradients saved, as JSON; or what it raised.
"""

import json
import sys
import warnings

import torch
import torchlens  # pyright: ignore[reportMissingImports]

from bench.timing import milliseconds
from bench.workloads import Workload, build_workload


def trace(workload: Workload) -> None:
    """One forward and backward pass, every operation and gradient kept."""
    workload.model.zero_grad(set_to_none=True)
    options = torchlens.options.CaptureOptions(save_grads=True)
    log = torchlens.trace(workload.model, workload.x, capture=options)
    output = log[log.output_layers[0]].out
    log.log_backward(workload.loss(output, workload.y))


def measure(workload: Workload) -> dict[str, float | str]:
    """The answer to one line."""
    try:
        return {"milliseconds": milliseconds(lambda: trace(workload))}
    except Exception as error:  # noqa: BLE001  (whatever a peer raises is its result)
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def main() -> None:
    """Answer until the input ends."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    answers = sys.stdout
    sys.stdout = sys.stderr  # what the peer prints must not be taken for an answer
    workloads: dict[str, Workload] = {}
    for line in sys.stdin:
        name = line.strip()
        workload = workloads.setdefault(name, build_workload(name))
        print(json.dumps(measure(workload)), file=answers, flush=True)


if __name__ == "__main__":
    main()
