"""How long a run is: counted in iterations or epochs, or until the loss is low enough."""

from gradtape import limits
from gradtape.engine.experiment import Experiment
from gradtape.errors import LimitExceeded
from gradtape.sessions.messages import RunCommand


def last_of_run(experiment: Experiment, command: RunCommand) -> int:
    """The number of completed iterations at which a run that begins now ends at the latest.

    Raises:
        LimitExceeded: so many epochs are more iterations than a run may have.
    """
    here = experiment.iteration
    if command.epochs is None:
        return here + (command.iterations or 0)
    length = experiment.batches_per_epoch
    last = (here // length + command.epochs) * length
    if last - here > limits.MAX_ITERATIONS_PER_RUN:
        raise LimitExceeded(
            f"epochs asks for {last - here:,} iterations; at most "
            f"{limits.MAX_ITERATIONS_PER_RUN:,} are allowed.",
            limit="MAX_ITERATIONS_PER_RUN",
            asked=last - here,
            allowed=limits.MAX_ITERATIONS_PER_RUN,
            path="epochs",
        )
    return last


def has_arrived(experiment: Experiment, command: RunCommand) -> bool:
    """Whether the latest iteration's loss is what the run was to go on until."""
    if command.until is None:
        return False
    loss = experiment.last_loss
    return loss is not None and loss < command.until.loss
