"""Commands that change an experiment without training it."""

from gradtape.engine.experiment import Experiment
from gradtape.sessions.messages import (
    EditCommand,
    InterveneCommand,
    ResetCommand,
    SeekCommand,
    SetCommand,
    TakeBackCommand,
)

Change = ResetCommand | SetCommand | EditCommand | InterveneCommand | TakeBackCommand | SeekCommand


def change_experiment(experiment: Experiment, command: Change) -> None:
    """Carry out a command that runs no iteration.

    Raises:
        GradtapeError: it asks for what is not there, or not allowed.
    """
    match command:
        case ResetCommand():
            experiment.reset()
        case SetCommand():
            experiment.change_regime(**command.changes)
        case EditCommand():
            experiment.edit(command.tensor, command.index, command.value)
        case InterveneCommand():
            experiment.intervene(command.intervention)
        case TakeBackCommand():
            experiment.take_back(layer=command.layer, what=command.what)
        case SeekCommand():
            experiment.seek(command.iteration)
