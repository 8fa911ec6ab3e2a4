"""Questions that a session's process has not answered yet."""

import asyncio
from dataclasses import dataclass, field

from gradtape.errors import GradtapeError, SessionUnavailable
from gradtape.sessions.carried_errors import unpack_error
from gradtape.sessions.protocol import Answered, Ask, Refused
from gradtape.sessions.questions import Answer, Question
from gradtape.sessions.session_process import SessionProcess
from gradtape.sessions.waiting import fail, settle

MAX_POSTS = 2  # times that a question is put: once, and again if the process ended meanwhile


@dataclass
class PendingQuestion:
    """A question and whoever waits for its answer."""

    message: Ask
    answer: asyncio.Future[Answer] = field(repr=False)
    posts: int = 0


class PendingQuestions:
    """All open questions of one session; they outlive its processes."""

    def __init__(self) -> None:
        self._pending: dict[int, PendingQuestion] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, question: Question) -> PendingQuestion:
        """A new open question."""
        self._count += 1
        answer = asyncio.get_running_loop().create_future()
        pending = PendingQuestion(Ask(id=self._count, question=question), answer)
        self._pending[self._count] = pending
        return pending

    def post(self, pending: PendingQuestion, process: SessionProcess) -> None:
        """Put a question to a process."""
        pending.posts += 1
        process.post_owing(pending.message)

    def post_all(self, process: SessionProcess) -> None:
        """Put all open questions to a new process."""
        for pending in self._pending.values():
            self.post(pending, process)

    def drop(self, pending: PendingQuestion) -> None:
        """Nobody waits for it any more."""
        self._pending.pop(pending.message.id, None)

    def take(self, message: Answered | Refused, attachment: bytes) -> None:
        """The process has answered; perhaps too late for anyone to care."""
        pending = self._pending.pop(message.id, None)
        if pending is None:
            return
        if isinstance(message, Refused):
            fail(pending.answer, unpack_error(message.error))
        else:
            length = message.payload_length
            settle(pending.answer, Answer(attachment[:length], attachment[length:]))

    def fail_all(self, error: GradtapeError) -> None:
        """None of them will be answered."""
        for pending in self._pending.values():
            fail(pending.answer, error)
        self._pending.clear()

    def note_death(self, reason: str) -> None:
        """The process has ended: what was put often enough may be what it ended of."""
        for number, pending in list(self._pending.items()):
            if pending.posts >= MAX_POSTS:
                del self._pending[number]
                error = SessionUnavailable(f"The session could not answer: {reason}, twice.")
                fail(pending.answer, error)
