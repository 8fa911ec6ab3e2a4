"""The loss landscape of a session: begun, told, cancelled. The latest one is kept, in memory."""

from gradtape.engine.experiment import Experiment
from gradtape.engine.landscape.survey import Survey
from gradtape.errors import UnknownLandscape
from gradtape.sessions.background_work import BackgroundWork
from gradtape.sessions.questions import (
    Answer,
    AnyLandscapeQuestion,
    BeginLandscapeQuestion,
    DropLandscapeQuestion,
    LandscapeQuestion,
)
from gradtape.spec.landscape import LandscapeRequest
from gradtape.tape.landscape import Landscape


class Landscapes:
    """What the questions about landscapes are answered from.

    Args:
        work: computes it beside everything else.
    """

    def __init__(self, work: BackgroundWork) -> None:
        self._work = work
        self._id: str | None = None
        self._survey: Survey | None = None

    def answer(self, experiment: Experiment, question: AnyLandscapeQuestion) -> Answer:
        """The answer to a question about a landscape.

        Raises:
            UnknownLandscape: it is not here, or not any more.
            CommandRefused: this network, or its path, has no such directions.
            UnknownTensor, InvalidSlice: there is no such number.
        """
        match question:
            case BeginLandscapeQuestion():
                self._begin(experiment, question.id, question.request)
            case LandscapeQuestion():
                pass
            case DropLandscapeQuestion():
                self._drop(question.id)
                return Answer(b"")
        return Answer(self._tell(experiment, question.id).model_dump_json().encode())

    def _begin(self, experiment: Experiment, landscape_id: str, request: LandscapeRequest) -> None:
        """Around the parameters as they are now; it takes the place of the one before."""
        survey = Survey(experiment, request)
        self._id, self._survey = landscape_id, survey
        self._work.begin(landscape_id, survey)

    def _tell(self, experiment: Experiment, landscape_id: str) -> Landscape:
        """How far it has come, and once it is done, all of it."""
        survey = self._find(landscape_id)
        is_done = self._work.phase == "done"
        return Landscape(
            id=landscape_id,
            phase=self._work.phase,
            done=survey.done,
            of=survey.of,
            iteration=survey.iteration,
            samples=survey.samples,
            x=survey.x,
            y=survey.y,
            losses=survey.losses.tolist() if is_done else [],
            path=survey.path(experiment) if is_done else [],
            error=self._work.error,
        )

    def _drop(self, landscape_id: str) -> None:
        """Cancel it if it is under way, and forget it."""
        self._find(landscape_id)
        self._work.cancel()
        self._id = self._survey = None

    def _find(self, landscape_id: str) -> Survey:
        if self._survey is None or landscape_id != self._id:
            raise UnknownLandscape(
                f"There is no landscape {landscape_id[:64]!r}. A session keeps its latest one, in "
                "the memory of its process: an earlier one was replaced, and one that was there "
                "before the process ended is lost. Ask for it again with POST."
            )
        return self._survey
