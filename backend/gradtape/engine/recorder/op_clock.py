"""Times the ops of an iteration while a recorder watches it."""

import time
from typing import Any

import torch

from gradtape.engine.private_torch import DispatchMode
from gradtape.engine.recorder.recording_log import RecordingLog

TIMED_RUNS = 3  # of an iteration whose ops are timed: the first finds cold caches


class OpClock(DispatchMode):
    """Takes the time of every op that goes into a log; to be entered before the recorder is.

    The recorder, which sees an op first, calls it from within: what is timed is the op, without the
    recorder's own work.

    Args:
        log: that the recorder writes.
        device: where the ops run.
    """

    def __init__(self, log: RecordingLog, device: torch.device) -> None:
        super().__init__()
        self._log = log
        # On accelerators, calls return while the op still runs.
        self._wait = torch.get_device_module(device).synchronize
        self._nanoseconds: list[int] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        log, taken = self._log, self._nanoseconds
        # The recorder writes an op down when it has run: so many have been before this one.
        number = len(log.items) - log.others
        self._wait()
        begun = time.perf_counter_ns()
        result = func._op(*args, **(kwargs or {}))
        self._wait()
        spent = time.perf_counter_ns() - begun
        # The recorder's own copies come before the op that they are made for, which then counts.
        del taken[number:]
        taken += [0] * (number - len(taken))
        taken.append(spent)
        return result

    def nanoseconds(self, count: int) -> list[int]:
        """By op of the log, for its first `count`: what runs after the last is no op of it."""
        return self._nanoseconds[:count]
