"""Work that a session's process does beside everything else, a slice at a time."""

from collections.abc import Callable
from typing import Protocol

from gradtape import limits
from gradtape.sessions.carried_errors import as_gradtape_error
from gradtape.sessions.messages import ProgressEvent
from gradtape.tape.landscape import JobPhase


class Job(Protocol):
    """Work in small steps."""

    @property
    def done(self) -> int:
        """Steps taken."""
        ...

    @property
    def of(self) -> int:
        """Steps in all."""
        ...

    def step(self) -> None:
        """Take one step."""
        ...


class BackgroundWork:
    """One job at a time, worked on in slices between other things.

    Args:
        tell: is told how far it has come, now and then.
        clock: seconds, monotonic.
    Attributes:
        phase: of the job, or of the latest one.
        error: why it failed, in the error shape.
    """

    def __init__(self, tell: Callable[[ProgressEvent], None], clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._job: Job | None = None
        self._id = ""
        self.phase: JobPhase = "done"
        self.error: dict[str, object] | None = None
        self._next_slice = self._next_progress = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether there is anything to do."""
        return self._job is not None

    def begin(self, job_id: str, job: Job) -> None:
        """Take on a job; one that was under way is cancelled."""
        self.cancel()
        self._id, self._job, self.phase, self.error = job_id, job, "running", None
        self._tell_progress(job)

    def cancel(self) -> None:
        """Leave the job unfinished, if there is one."""
        if self._job is not None:
            self._end(self._job, "cancelled")

    def work(self) -> None:
        """One slice."""
        job, began = self._job, self._clock()
        if job is None:
            return
        try:
            while job.done < job.of and self._clock() - began < limits.BACKGROUND_SLICE_SECONDS:
                job.step()
        except Exception as error:  # noqa: BLE001  torch raises anything; whoever asks is told
            self.error = as_gradtape_error(error).to_dict()
            self._end(job, "failed")
            return
        now = self._clock()
        rest = (now - began) * (1 / limits.BACKGROUND_SHARE - 1)
        self._next_slice = now + rest
        if job.done == job.of:
            self._end(job, "done")
        elif now >= self._next_progress:
            self._tell_progress(job)

    def work_beside_training(self) -> None:
        """One slice, unless it would take more than its share of the time."""
        if self._job is not None and self._clock() >= self._next_slice:
            self.work()

    def _end(self, job: Job, phase: JobPhase) -> None:
        self._job, self.phase = None, phase
        self._tell_progress(job)

    def _tell_progress(self, job: Job) -> None:
        self._next_progress = self._clock() + limits.PROGRESS_INTERVAL_SECONDS
        self._tell(ProgressEvent(job=self._id, phase=self.phase, done=job.done, of=job.of))
