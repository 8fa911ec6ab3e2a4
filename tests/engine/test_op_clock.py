"""The clock tells how long each op of a log ran, by a time that only ops let pass."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gradtape.engine.recorder import op_clock
from gradtape.engine.recorder.op_clock import OpClock
from gradtape.engine.recorder.recorder import Recorder

NANOSECONDS = {"aten.exp": 5, "aten.mul": 7, "aten.clone": 1000, "aten.add_": 3}


class SlowOps(TorchDispatchMode):
    """Lets a time of its own pass in every op; what is not named takes one nanosecond."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = f"{func.namespace}.{func._schema.name.split('::')[1]}"
        self.now += NANOSECONDS.get(name, 1)
        return func(*args, **(kwargs or {}))


@pytest.fixture
def slow_ops(monkeypatch: pytest.MonkeyPatch) -> SlowOps:
    slow = SlowOps()
    monkeypatch.setattr(op_clock.time, "perf_counter_ns", lambda: slow.now)
    return slow


def time_ops(slow: SlowOps, weight: Tensor, run: Any) -> list[tuple[str, int]]:
    recorder = Recorder(parameters={"weight": weight})
    clock = OpClock(recorder.log, torch.device("cpu"))
    with slow, clock, recorder:
        run(weight)
    ops = recorder.finish().structure.ops
    return [(op.name, taken) for op, taken in zip(ops, clock.nanoseconds(len(ops)), strict=True)]


def test_every_op_gets_its_own_time_forward_and_backward(slow_ops: SlowOps) -> None:
    weight = torch.ones(2, requires_grad=True)
    taken = time_ops(slow_ops, weight, lambda w: (w.exp() * w).sum().backward())
    assert [name for name, nanoseconds in taken if nanoseconds == 5] == ["aten.exp"]
    # One product forward; d(exp(w) w) takes two, and exp has one in its derivative.
    assert [nanoseconds for name, nanoseconds in taken if name == "aten.mul"] == [7, 7, 7, 7]
    others = {nanoseconds for name, nanoseconds in taken if name not in NANOSECONDS}
    assert others == {1}


def test_the_recorders_own_copies_count_for_no_op(slow_ops: SlowOps) -> None:
    def overwrite(weight: Tensor) -> None:
        with torch.no_grad():
            weight.add_(1)

    assert time_ops(slow_ops, torch.ones(2), overwrite) == [("aten.add_", 3)]


def test_what_runs_after_the_last_op_of_the_log_counts_for_none(slow_ops: SlowOps) -> None:
    weight = torch.ones(2)
    recorder = Recorder(parameters={"weight": weight})
    clock = OpClock(recorder.log, torch.device("cpu"))
    with slow_ops, clock:
        with recorder:
            weight.exp()
        weight.clone()
    assert clock.nanoseconds(1) == [5]
    recorder.drop()
