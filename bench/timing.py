"""How things are timed: contenders take turns, the median counts."""

import statistics
import time
from collections.abc import Callable, Mapping

SECONDS_PER_WORKLOAD = 20.0  # enough turns to be calm on a noisy machine
MIN_TURNS = 3
MAX_TURNS = 25


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1_000


def interleaved_medians(contenders: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each contender, in the unit it returns.

    One turn calls each once, so that a slow spell of the machine falls on all alike. Each has had
    one turn for warming up before.
    """
    for measure in contenders.values():
        measure()
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    deadline = time.perf_counter() + SECONDS_PER_WORKLOAD
    for turn in range(MAX_TURNS):
        if turn >= MIN_TURNS and time.perf_counter() > deadline:
            break
        for name, measure in contenders.items():
            taken[name].append(measure())
    return {name: statistics.median(values) for name, values in taken.items()}


def median_milliseconds(action: Callable[[], object], turns: int = 30) -> float:
    """The median of some calls, after three for warming up."""
    for _ in range(3):
        action()
    return statistics.median(milliseconds(action) for _ in range(turns))
