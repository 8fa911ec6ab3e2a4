"""What a session's process does: one thread carries out commands in order, answers, trains."""

import time
from collections import deque
from collections.abc import Callable

from gradtape.engine.experiment import Experiment
from gradtape.limits import EVENT_INTERVAL_SECONDS
from gradtape.sessions.answering import answer_question
from gradtape.sessions.background_work import BackgroundWork
from gradtape.sessions.carried_errors import as_gradtape_error, pack_error
from gradtape.sessions.changes import change_experiment
from gradtape.sessions.landscapes import Landscapes
from gradtape.sessions.messages import (
    FailedEvent,
    MetricsEvent,
    PauseCommand,
    RecordCommand,
    RecordedEvent,
    ResetCommand,
    RunCommand,
    SessionEvent,
    SessionPhase,
    SetCommand,
    StateEvent,
)
from gradtape.sessions.picturing import answer_picture
from gradtape.sessions.protocol import (
    Answered,
    Ask,
    Began,
    Begin,
    Describe,
    Done,
    Leave,
    Perform,
    RecordOnce,
    Refused,
    SnapshotFailed,
    SnapshotStored,
    SnapshotTaken,
    TakeSnapshot,
    ToChild,
    Told,
)
from gradtape.sessions.questions import (
    Answer,
    BeginLandscapeQuestion,
    DropLandscapeQuestion,
    LandscapeQuestion,
    PredictionsQuestion,
    Question,
    SurfaceQuestion,
)
from gradtape.sessions.run_length import has_arrived, last_of_run
from gradtape.sessions.snapshot_schedule import SnapshotSchedule
from gradtape.sessions.wire import Wire, WireClosed
from gradtape.spec import regime_of

LOOK_INTERVAL_SECONDS = 0.004  # between two looks at the socket while training; a look takes 5 µs


class LeaveRequested(Exception):
    """The server wants this process to end."""


class SessionLoop:
    """Carries out what comes over the wire on one experiment.

    A run ends as soon as a pause or a reset waits behind it, and goes on with other hyperparameters
    when it is told so at once; everything else keeps its order.
    Questions are answered between iterations.

    Args:
        wire: to the server.
        experiment: the session.
        snapshot_interval_seconds: between two snapshots while training.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        wire: Wire,
        experiment: Experiment,
        *,
        snapshot_interval_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._experiment = experiment
        self._clock = clock
        self._snapshots = SnapshotSchedule(snapshot_interval_seconds, now=clock())
        self._waiting: deque[Perform] = deque()
        self._covers = self._latest = 0  # numbers of commands
        self._run_number: int | None = None
        self._until: int | None = None
        self._began_at = 0  # completed iterations, of the latest run in this process
        self._next_look = self._next_metrics = clock()
        self._background = BackgroundWork(self._tell, clock)
        self._landscapes = Landscapes(self._background)

    def serve(self) -> None:
        """Work until the server says leave.

        Raises:
            WireClosed: the server is gone.
        """
        try:
            while True:
                while self._waiting:
                    self._perform(self._waiting.popleft())
                self._rest()
        except LeaveRequested:
            return

    def _rest(self) -> None:
        """With no command to carry out: wait for a message, or do what can be done meanwhile."""
        due = self._snapshots.seconds_until_due(self._clock(), training=False)
        patience = 0.0 if self._background.is_busy else due
        if self._wire.has_input(patience):
            self._take_in(self._wire.receive()[0])
        elif due == patience and due is not None:
            self._send_snapshot()
        else:
            self._background.work()

    def _take_in(self, message: ToChild) -> None:
        match message:
            case Perform():
                self._waiting.append(message)
            case Ask():
                self._answer(message)
            case TakeSnapshot():
                self._send_snapshot(requested=True)
            case SnapshotStored():
                self._snapshots.finish(self._clock())
            case Leave():
                raise LeaveRequested
            case Begin() | RecordOnce() | Describe():
                raise AssertionError(f"{message.kind} can only come first")

    def _answer(self, message: Ask) -> None:
        try:
            answer = self._find_answer(message.question)
        except Exception as error:  # noqa: BLE001  torch raises anything; the asker is told
            packed = pack_error(as_gradtape_error(error))
            self._wire.send(Refused(id=message.id, error=packed))
        else:
            send_answer(self._wire, message.id, answer)

    def _find_answer(self, question: Question) -> Answer:
        match question:
            case BeginLandscapeQuestion() | LandscapeQuestion() | DropLandscapeQuestion():
                return self._landscapes.answer(self._experiment, question)
            case SurfaceQuestion() | PredictionsQuestion():
                return answer_picture(self._experiment, question)
            case _:
                return answer_question(self._experiment, question)

    def _perform(self, message: Perform) -> None:
        self._wire.send(Began(number=message.number))
        failed = self._attempt(message)
        self._send_metrics()
        self._latest = max(self._latest, message.number)
        self._covers, self._run_number, self._until = self._latest, None, None
        self._snapshots.note_change()
        self._tell_done(message, failed=failed)
        self._tell_state(SessionPhase.READY)

    def _attempt(self, message: Perform) -> bool:
        """Carry out a command; whether it failed, which is told."""
        try:
            self._carry_out(message)
        except (WireClosed, LeaveRequested):
            raise
        except Exception as error:  # noqa: BLE001  whatever torch raises, the session lives on
            told = as_gradtape_error(error).to_dict()
            self._tell(FailedEvent(command=message.command.kind, error=told))
            return True
        return False

    def _tell_done(self, message: Perform, *, failed: bool, meanwhile: bool = False) -> None:
        self._wire.send(
            Done(
                number=message.number,
                iteration=self._experiment.iteration,
                failed=failed,
                meanwhile=meanwhile,
                regime=regime_of(self._experiment.spec),
            )
        )

    def _carry_out(self, message: Perform) -> None:
        match message.command:
            case RecordCommand():
                self._record()
            case RunCommand():
                self._run(message, message.command)
            case PauseCommand():
                # Its work is done: the runs before it have ended.
                return
            case SetCommand() if message.until is not None and message.until < self._began_at:
                # It was made in the middle of a run, and the snapshot of that has it already.
                return
            case change:
                change_experiment(self._experiment, change)

    def _run(self, message: Perform, command: RunCommand) -> None:
        experiment, until, record_every = self._experiment, message.until, command.record_every
        if until is None:
            until = last_of_run(experiment, command)
        self._run_number, self._until = message.number, until
        self._began_at = experiment.iteration
        self._next_metrics = self._clock() + EVENT_INTERVAL_SECONDS
        self._look()
        if experiment.iteration < until and not self._interruption():
            self._tell_state(SessionPhase.RUNNING)
        else:
            until = experiment.iteration
        while (iteration := experiment.iteration) < until:
            self._change_meanwhile()
            if iteration == until - 1 or (record_every and iteration % record_every == 0):
                self._record()
            else:
                experiment.train_iteration()
            if has_arrived(experiment, command):
                # One more runs, recorded: a run ends with one that can be seen.
                self._until = until = min(until, iteration + 2)
            if self._clock() >= self._next_look:
                self._attend()
                until = self._end_of_run(until)

    def _change_meanwhile(self) -> None:
        """Carry out what comes next and is to change the run under way."""
        while self._waiting and self._is_due(self._waiting[0]):
            message = self._waiting.popleft()
            failed = self._attempt(message)
            self._latest = message.number
            self._tell_done(message, failed=failed, meanwhile=True)

    def _is_due(self, message: Perform) -> bool:
        if not isinstance(message.command, SetCommand) or not message.command.at_once:
            return False
        return message.until is None or message.until <= self._experiment.iteration

    def _end_of_run(self, until: int) -> int:
        interruption = self._interruption()
        if interruption is None:
            return until
        # After a pause one more iteration runs, recorded: a run ends with one that can be seen.
        more = 1 if isinstance(interruption, PauseCommand) else 0
        return min(until, self._experiment.iteration + more)

    def _interruption(self) -> PauseCommand | ResetCommand | None:
        for message in self._waiting:
            if isinstance(message.command, PauseCommand | ResetCommand):
                return message.command
        return None

    def _attend(self) -> None:
        """What has to be done now and then while training."""
        self._snapshots.note_change()
        self._look()
        now = self._clock()
        if now >= self._next_metrics:
            self._send_metrics()
            self._next_metrics = now + EVENT_INTERVAL_SECONDS
        if self._snapshots.seconds_until_due(now, training=True) == 0.0:
            self._send_snapshot()
        self._background.work_beside_training()

    def _look(self) -> None:
        while self._wire.has_input():
            self._take_in(self._wire.receive()[0])
        self._next_look = self._clock() + LOOK_INTERVAL_SECONDS

    def _record(self) -> None:
        recording = self._experiment.record_iteration()
        self._tell(
            RecordedEvent(iteration=recording.iteration, structure_hash=recording.built.hash)
        )

    def _send_metrics(self) -> None:
        columns = self._experiment.take_new_metrics()
        if columns is not None:
            self._tell(MetricsEvent(columns=columns))

    def _send_snapshot(self, *, requested: bool = False) -> None:
        self._snapshots.begin(self._clock())
        # Whoever keeps the snapshot has to know every iteration that is in it.
        self._send_metrics()
        try:
            data = self._experiment.to_snapshot()
        except Exception as error:  # noqa: BLE001  memory may run out; the session goes on without
            self._snapshots.finish(self._clock())
            packed = pack_error(as_gradtape_error(error))
            self._wire.send(SnapshotFailed(requested=requested, error=packed))
            return
        taken = SnapshotTaken(
            iteration=self._experiment.iteration,
            covers=self._covers,
            run=self._run_number,
            until=self._until,
            requested=requested,
        )
        self._wire.send(taken, data)

    def _tell_state(self, phase: SessionPhase) -> None:
        experiment = self._experiment
        self._tell(
            StateEvent(
                phase=phase,
                iteration=experiment.iteration,
                iterations_recorded=experiment.recorded_iterations,
                interventions=experiment.interventions,
            )
        )

    def _tell(self, event: SessionEvent) -> None:
        self._wire.send(Told(event=event))


def send_answer(wire: Wire, number: int, answer: Answer) -> None:
    """Send an answer as one frame."""
    message = Answered(id=number, payload_length=len(answer.payload))
    wire.send(message, answer.payload + answer.blob)
