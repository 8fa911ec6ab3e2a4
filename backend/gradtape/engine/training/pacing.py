"""The schedule of an experiment at work: when it moves on, and what it has to remember."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from gradtape.engine.training.schedules import build_schedule
from gradtape.spec.schedules import AnySchedule, NoSchedule, OneCycleSchedule, PlateauSchedule

PROGRESS = (
    *("last_epoch", "_step_count", "base_lrs", "_last_lr"),
    *("T_cur", "T_i", "best", "num_bad_epochs", "cooldown_counter"),
)
"""Of a scheduler's state, what changes while it runs; the rest follows from its spec."""


class Pacing:
    """A torch scheduler that is told of each iteration, and moves on when its time has come.

    Args:
        spec: of the schedule.
        optimizer: whose learning rate it sets.
        batches_per_epoch: iterations of one epoch.
    """

    def __init__(self, spec: AnySchedule, optimizer: Optimizer, batches_per_epoch: int) -> None:
        self._optimizer = optimizer
        self._batches_per_epoch = batches_per_epoch
        self._losses: list[float] = []  # of the epoch so far, for a plateau
        self._use(spec)

    def _use(self, spec: AnySchedule) -> None:
        self._spec = spec
        self._scheduler: LRScheduler | None = build_schedule(spec, self._optimizer)

    def change(self, spec: AnySchedule) -> None:
        """Go on as another schedule of the same kind would."""
        state = self.state()
        groups = [dict(group) for group in self._optimizer.param_groups]
        self._use(spec)  # begins anew, with a learning rate of its own
        for group, before in zip(self._optimizer.param_groups, groups, strict=True):
            group.update(before)
        self.load(state)

    def rebase(self, learning_rate: float) -> None:
        """Go on from a learning rate that the user has set."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
            if self._scheduler is not None:
                group["initial_lr"] = learning_rate
        if self._scheduler is not None:
            self.load(self.state() | {"base_lrs": [learning_rate]})

    def advance(self, iteration: int, loss: Tensor, validation_loss: float | None) -> None:
        """An iteration has run.

        Args:
            iteration: its number.
            loss: of it.
            validation_loss: if it was measured in this iteration.
        """
        scheduler = self._scheduler
        if scheduler is None or isinstance(self._spec, NoSchedule):
            return
        ends_epoch = (iteration + 1) % self._batches_per_epoch == 0
        if isinstance(self._spec, PlateauSchedule):
            seen = self._loss_to_look_at(self._spec, ends_epoch, loss, validation_loss)
            if seen is not None:
                scheduler.step(seen)  # type: ignore[arg-type] — torch types it as an epoch
        elif (self._spec.per == "iteration" or ends_epoch) and not self._is_over():
            scheduler.step()

    def _loss_to_look_at(
        self,
        spec: PlateauSchedule,
        ends_epoch: bool,
        loss: Tensor,
        validation_loss: float | None,
    ) -> float | None:
        if spec.watch == "validation":
            return validation_loss
        self._losses.append(loss.item())
        if spec.per == "epoch" and not ends_epoch:
            return None
        mean = sum(self._losses) / len(self._losses)
        self._losses.clear()
        return mean

    def _is_over(self) -> bool:
        # After its last step torch's one-cycle refuses to go on; the rate stays there.
        spec, scheduler = self._spec, self._scheduler
        return (
            isinstance(spec, OneCycleSchedule)
            and scheduler is not None
            and scheduler.last_epoch >= spec.total_steps - 1
        )

    def state(self) -> dict[str, Any]:
        """What it has to remember, as plain data."""
        if self._scheduler is None:
            return {}
        state = self._scheduler.state_dict()
        kept = {name: state[name] for name in PROGRESS if name in state}
        return kept | {"losses": list(self._losses)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Stand where `state` was asked for."""
        if self._scheduler is not None and state:
            progress = {name: value for name, value in state.items() if name != "losses"}
            self._scheduler.load_state_dict(progress)
            self._losses = list(state["losses"])
