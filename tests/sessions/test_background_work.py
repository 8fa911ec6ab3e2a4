"""Background work: slices, progress, and its end, on a clock that the test moves."""

from dataclasses import dataclass, field

import pytest

from gradtape.limits import BACKGROUND_SHARE, BACKGROUND_SLICE_SECONDS
from gradtape.sessions.background_work import BackgroundWork
from gradtape.sessions.messages import ProgressEvent

STEP_SECONDS = BACKGROUND_SLICE_SECONDS / 3.5  # four steps fill a slice


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Counting:
    """Each step takes a known time."""

    clock: Clock
    of: int = 10
    done: int = 0
    fails_at: int = -1

    def step(self) -> None:
        if self.done == self.fails_at:
            raise RuntimeError("out of luck")
        self.clock.now += STEP_SECONDS
        self.done += 1


@dataclass
class Bench:
    clock: Clock = field(default_factory=Clock)
    told: list[ProgressEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.work = BackgroundWork(self.told.append, self.clock)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_slice_ends_when_its_time_is_over(bench: Bench) -> None:
    job = Counting(bench.clock)
    bench.work.begin("a", job)
    bench.work.work()
    assert job.done == 4
    assert bench.work.is_busy


def test_beside_training_it_takes_no_more_than_its_share(bench: Bench) -> None:
    job = Counting(bench.clock, of=1_000)
    bench.work.begin("a", job)
    began = bench.clock.now
    while bench.clock.now < began + 10:
        bench.work.work_beside_training()
        bench.clock.now += 0.001  # an iteration
    worked = job.done * STEP_SECONDS
    assert 0.9 * BACKGROUND_SHARE * 10 < worked < 1.1 * BACKGROUND_SHARE * 10


def test_it_tells_where_it_begins_and_how_it_ends(bench: Bench) -> None:
    job = Counting(bench.clock)
    bench.work.begin("a", job)
    while bench.work.is_busy:
        bench.work.work()
    assert bench.told[0] == ProgressEvent(job="a", phase="running", done=0, of=10)
    assert bench.told[-1] == ProgressEvent(job="a", phase="done", done=10, of=10)
    bench.work.work()
    assert job.done == 10


def test_progress_is_told_now_and_then(bench: Bench) -> None:
    bench.work.begin("a", Counting(bench.clock, of=350))
    while bench.work.is_busy:
        bench.work.work()
    running = [event.done for event in bench.told if event.phase == "running"]
    assert 7 <= len(running) <= 9  # two seconds of work, a quarter of a second apart
    assert running == sorted(running)


def test_what_is_cancelled_takes_no_more_steps(bench: Bench) -> None:
    job = Counting(bench.clock)
    bench.work.begin("a", job)
    bench.work.work()
    bench.work.cancel()
    bench.work.work()
    assert job.done == 4
    assert bench.told[-1] == ProgressEvent(job="a", phase="cancelled", done=4, of=10)


def test_another_job_takes_the_place_of_one_under_way(bench: Bench) -> None:
    bench.work.begin("a", Counting(bench.clock))
    bench.work.begin("b", Counting(bench.clock))
    assert [(event.job, event.phase) for event in bench.told] == [
        ("a", "running"),
        ("a", "cancelled"),
        ("b", "running"),
    ]


def test_a_failure_is_told_and_ends_it(bench: Bench) -> None:
    bench.work.begin("a", Counting(bench.clock, fails_at=2))
    bench.work.work()
    assert (bench.work.is_busy, bench.work.phase) == (False, "failed")
    assert bench.told[-1].phase == "failed"
    assert bench.work.error is not None
    assert "out of luck" in str(bench.work.error["message"])
