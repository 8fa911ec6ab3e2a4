"""What of a spec can be changed while it trains, and how it is changed."""

from typing import Any

from pydantic import BaseModel, ValidationError

from gradtape.errors import GradtapeError, InvalidSpec
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.fields import Part
from gradtape.spec.optimizers import Optimizer
from gradtape.spec.problems import translate
from gradtape.spec.regularization import NO_REGULARIZATION, Regularization
from gradtape.spec.schedules import CONSTANT, OneCycleSchedule, Schedule
from gradtape.spec.wording import make_problem

Changes = dict[str, Any]
"""New values by the name of the field."""


class Regime(Part, frozen=True):
    """How the parameters move from the next iteration on."""

    optimizer: Optimizer
    schedule: Schedule = CONSTANT
    regularization: Regularization = NO_REGULARIZATION

    def into(self, spec: ExperimentSpec) -> ExperimentSpec:
        """The spec with this regime."""
        return spec.model_copy(update={name: getattr(self, name) for name in Regime.model_fields})


def regime_of(spec: ExperimentSpec) -> Regime:
    """The regime that a spec has."""
    return Regime(
        optimizer=spec.optimizer, schedule=spec.schedule, regularization=spec.regularization
    )


def change_regime(regime: Regime, changes: dict[str, Changes]) -> Regime:
    """The same optimizer and schedule with other hyperparameters.

    Args:
        changes: by part: optimizer, schedule, regularization.
    Raises:
        InvalidSpec: a name that this part does not have, a value out of range, or one that cannot
            change in the middle of training; with paths like `optimizer.lr`.
    """
    problems = [
        problem
        for part, values in changes.items()
        for problem in _fixed(part, getattr(regime, part), values, regime)
    ]
    if problems:
        raise InvalidSpec(problems)
    raw = regime.model_dump(mode="json")
    for part, values in changes.items():
        raw[part] |= values
    try:
        return Regime.model_validate(raw)
    except ValidationError as error:
        raise InvalidSpec(translate(error, raw)) from None


def _fixed(part: str, before: BaseModel, changes: Changes, regime: Regime) -> list[GradtapeError]:
    """What of the changes cannot be made while training."""
    kind = getattr(before, "kind", None)
    if kind is not None and changes.get("kind", kind) != kind:
        message = f"cannot change from {kind} in the middle of training."
        return [make_problem((part, "kind"), message, "invalid_value")]
    if part == "schedule":
        return [
            make_problem(
                ("schedule", name), f"cannot change while {kind} is under way.", "invalid_value"
            )
            for name in changes
            if name in type(before).model_fields
            and name not in regime.schedule.settable
            and changes[name] != regime.schedule.model_dump(mode="json")[name]
        ]
    if part == "optimizer" and isinstance(regime.schedule, OneCycleSchedule):
        cycled = ("lr", "momentum", "betas") if regime.schedule.cycle_momentum else ("lr",)
        return [
            make_problem(("optimizer", name), "is set by the schedule one_cycle.", "invalid_value")
            for name in changes
            if name in cycled and name in type(before).model_fields
        ]
    return []
