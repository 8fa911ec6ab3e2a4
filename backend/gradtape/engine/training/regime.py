"""How the parameters of a network move: optimizer, schedule, clipping, loss scaling."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from gradtape.engine.private_torch import count_parameters_anew
from gradtape.engine.training.optimizers import build_optimizer, options_of
from gradtape.engine.training.pacing import Pacing
from gradtape.engine.training.precision import Precision
from gradtape.spec import ExperimentSpec, Regime, regime_of


class LiveRegime:
    """A regime at work on parameters.

    Args:
        spec: of the whole experiment.
        parameters: in the order of the network.
        precision: of the experiment.
        batches_per_epoch: iterations of one epoch.
    Attributes:
        spec: with hyperparameters as they are now.
        optimizer: torch's.
    """

    def __init__(
        self,
        spec: ExperimentSpec,
        parameters: Iterable[Parameter],
        precision: Precision,
        batches_per_epoch: int,
    ) -> None:
        self.spec: Regime = regime_of(spec)
        self._parameters = list(parameters)
        self._moving = self._parameters
        self._frozen: set[int] = set()  # by id()
        self._precision = precision
        self.optimizer = build_optimizer(spec.optimizer, self._parameters)
        self._pacing = Pacing(spec.schedule, self.optimizer, batches_per_epoch)

    @property
    def learning_rate(self) -> float:
        """Of the iteration that comes next, or is under way."""
        return self.optimizer.param_groups[0]["lr"]

    @property
    def evaluates_again(self) -> bool:
        """Whether an update runs the network itself, as often as it likes."""
        return isinstance(self.optimizer, torch.optim.LBFGS)

    def backward(self, loss: Tensor) -> None:
        """The backward pass; see `unscale` for what it leaves in `.grad`."""
        self._precision.scale(loss).backward()

    def unscale(self) -> None:
        """Make the gradients those of the loss itself."""
        self._precision.unscale(self.optimizer)

    def freeze(self, parameters: Iterable[Parameter]) -> None:
        """Leave these parameters, and no others, out of updates.

        It is as if they did not require a gradient: neither momentum nor weight decay moves them,
        what the optimizer has gathered of them stays, and clipping does not count them.
        """
        frozen = {id(parameter) for parameter in parameters}
        if self.evaluates_again and frozen != self._frozen:
            # L-BFGS has gathered the curvature of a function of other variables.
            self.optimizer.state.clear()
        self._frozen = frozen
        self._moving = [each for each in self._parameters if id(each) not in frozen]

    def _moving_alone(self) -> AbstractContextManager[None]:
        """The optimizer knows of what is to move, and of nothing else, while the block runs."""
        return self._without_frozen() if self._frozen else nullcontext()

    @contextmanager
    def _without_frozen(self) -> Iterator[None]:
        known = self.optimizer.param_groups[0]["params"]
        known[:] = self._moving  # in place: L-BFGS holds on to this very list
        count_parameters_anew(self.optimizer)
        try:
            yield
        finally:
            known[:] = self._parameters
            count_parameters_anew(self.optimizer)

    def update(self) -> None:
        """Clip the gradients and take the step."""
        regularization = self.spec.regularization
        if regularization.clip_value is not None:
            clip_grad_value_(self._moving, regularization.clip_value, foreach=False)
        if regularization.max_norm is not None:
            limits = regularization.max_norm, regularization.norm_type
            clip_grad_norm_(self._moving, *limits, foreach=False)
        with self._moving_alone():
            self._precision.step(self.optimizer)

    def update_evaluating(self, evaluate: Callable[[], Tensor]) -> None:
        """Take a step that runs the network again.

        Args:
            evaluate: the forward and the backward pass; returns the loss.
        """
        if not self._moving:
            evaluate()  # L-BFGS cannot do without parameters
            return
        with self._moving_alone():
            self.optimizer.step(evaluate)  # type: ignore[arg-type] — torch wants a float, takes this

    def advance(self, iteration: int, loss: Tensor, validation_loss: float | None) -> None:
        """An iteration has run: the learning rate of the next one. See `Pacing.advance`."""
        self._pacing.advance(iteration, loss, validation_loss)

    def change(self, spec: Regime) -> None:
        """Go on with other hyperparameters; what has been gathered (momentum, averages) stays."""
        before, after = options_of(self.spec.optimizer), options_of(spec.optimizer)
        changed = {name: value for name, value in after.items() if value != before[name]}
        learning_rate = changed.pop("lr", None)
        for group in self.optimizer.param_groups:
            group.update(changed)
        if spec.schedule != self.spec.schedule:
            self._pacing.change(spec.schedule)
        if learning_rate is not None:
            self._pacing.rebase(learning_rate)
        self.spec = spec

    def state(self) -> dict[str, Any]:
        """What it has to remember beside the optimizer's tensors, as plain data."""
        group = self.optimizer.param_groups[0]
        return {
            "group": {name: value for name, value in group.items() if name != "params"},
            "schedule": self._pacing.state(),
            "precision": self._precision.state(),
        }

    def restore(self, spec: Regime, state: Mapping[str, Any]) -> None:
        """Stand where `state` was asked for, when the regime was `spec`."""
        self.change(spec)
        for group in self.optimizer.param_groups:
            group.update(
                # JSON has no tuples; torch has no lists here.
                (name, tuple(value) if isinstance(value, list) else value)
                for name, value in state["group"].items()
            )
        self._pacing.load(state["schedule"])
        self._precision.load(state["precision"])
