"""Answers to questions about pictures of the function."""

from gradtape.engine.experiment import Experiment
from gradtape.engine.function.predictions import list_predictions
from gradtape.engine.function.surface import draw_surface
from gradtape.sessions.questions import Answer, PictureQuestion, SurfaceQuestion


def answer_picture(experiment: Experiment, question: PictureQuestion) -> Answer:
    """The answer; the experiment is left as it stands.

    Raises:
        PictureUnavailable: the network or its data has no such picture.
        InvalidSlice: there is no such output.
    """
    if isinstance(question, SurfaceQuestion):
        picture = draw_surface(experiment, question.resolution)
    else:
        picture = list_predictions(experiment, **question.model_dump(exclude={"kind"}))
    return Answer(picture.model_dump_json().encode())
