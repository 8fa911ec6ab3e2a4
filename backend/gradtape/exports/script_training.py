"""How an experiment trains, as lines of a program: optimizer, schedule, and what stands between."""

from typing import Any

from gradtape.exports.script_calls import changed_options, write_call
from gradtape.spec import ExperimentSpec
from gradtape.spec.optimizers import AnyOptimizer
from gradtape.spec.schedules import AnySchedule, NoSchedule, OneCycleSchedule, PlateauSchedule

OPTIMIZERS = {
    "sgd": "torch.optim.SGD",
    "adam": "torch.optim.Adam",
    "adamw": "torch.optim.AdamW",
    "rmsprop": "torch.optim.RMSprop",
    "adagrad": "torch.optim.Adagrad",
    "adamax": "torch.optim.Adamax",
    "nadam": "torch.optim.NAdam",
    "radam": "torch.optim.RAdam",
    "sgd_by_hand": "SgdByHand",
    "lbfgs": "torch.optim.LBFGS",
}
BUNDLING = frozenset(OPTIMIZERS) - {"sgd_by_hand", "lbfgs"}  # may take all parameters at once

SCHEDULERS = {
    "step": "StepLR",
    "multi_step": "MultiStepLR",
    "exponential": "ExponentialLR",
    "cosine": "CosineAnnealingLR",
    "warm_restarts": "CosineAnnealingWarmRestarts",
    "one_cycle": "OneCycleLR",
    "plateau": "ReduceLROnPlateau",
    "linear_warmup": "LinearLR",
}
# What torch has no default for has to be said, even where it is our default.
REQUIRED = frozenset({"step_size", "milestones", "gamma", "T_max", "T_0", "max_lr", "total_steps"})
OURS = ("kind", "per", "watch")

END_OF_EPOCH = "if (iteration + 1) % BATCHES_PER_EPOCH == 0:"
INDENT = "    "


class TrainingLines:
    """The lines that the training of a spec is written with.

    Args:
        spec: checked.
        device: where it ran.
    """

    def __init__(self, spec: ExperimentSpec, device: str) -> None:
        self._spec = spec
        self._device = device

    @property
    def optimizer(self) -> str:
        """`torch.optim.SGD(network.parameters(), lr=0.1)`."""
        optimizer: AnyOptimizer = self._spec.optimizer
        options = {"lr": optimizer.lr, **changed_options(optimizer, without=("kind",))}
        if self._device != "cpu" and optimizer.kind in BUNDLING:
            options["foreach"] = False  # there, torch bundles the parameters otherwise
        call = write_call(OPTIMIZERS[optimizer.kind], **options)
        return call.replace("(", "(network.parameters(), ", 1)

    @property
    def is_by_hand(self) -> bool:
        """Whether the optimizer has to be written out."""
        return self._spec.optimizer.kind == "sgd_by_hand"

    @property
    def evaluates_again(self) -> bool:
        """Whether a step runs the network itself."""
        return self._spec.optimizer.kind == "lbfgs"

    @property
    def scheduler(self) -> str | None:
        """`torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)`; None for a constant rate."""
        schedule = self._spec.schedule
        if isinstance(schedule, NoSchedule):
            return None
        options = {name: getattr(schedule, name) for name in _said(schedule)}
        options |= changed_options(schedule, without=OURS)
        name = f"torch.optim.lr_scheduler.{SCHEDULERS[schedule.kind]}"
        return write_call(name, **options).replace("(", "(optimizer, ", 1)

    @property
    def pacing(self) -> list[str]:
        """What moves the scheduler on, after the step."""
        schedule = self._spec.schedule
        match schedule:
            case NoSchedule():
                return []
            case PlateauSchedule(watch="validation"):
                return [
                    "if validation_loss is not None:",
                    f"{INDENT}scheduler.step(validation_loss)",
                ]
            case PlateauSchedule(per="iteration"):
                return ["scheduler.step(loss.item())"]
            case PlateauSchedule():
                return [
                    "losses.append(loss.item())",
                    END_OF_EPOCH,
                    f"{INDENT}scheduler.step(sum(losses) / len(losses))",
                    f"{INDENT}losses.clear()",
                ]
            case _:
                return _nest(self._conditions(schedule), "scheduler.step()")

    @property
    def counts_epochs(self) -> bool:
        """Whether the program has to know how long an epoch is."""
        return any(END_OF_EPOCH in line for line in self.pacing)

    @property
    def collects_losses(self) -> bool:
        """Whether the mean loss of an epoch is asked for."""
        return "losses.clear()" in "".join(self.pacing)

    @property
    def clipping(self) -> list[str]:
        """What happens to the gradients before the step."""
        regularization = self._spec.regularization
        lines: list[str] = []
        if regularization.clip_value is not None:
            lines.append(_clip("clip_grad_value_", regularization.clip_value))
        if regularization.max_norm is not None:
            norm = regularization.max_norm, regularization.norm_type
            lines.append(_clip("clip_grad_norm_", *norm))
        return lines

    @property
    def scales_loss(self) -> bool:
        """Whether small gradients are kept from vanishing."""
        return self._spec.autocast == "float16"

    @staticmethod
    def _conditions(schedule: AnySchedule) -> list[str]:
        conditions: list[str] = []
        if not isinstance(schedule, NoSchedule) and schedule.per == "epoch":
            conditions.append(END_OF_EPOCH)
        if isinstance(schedule, OneCycleSchedule):  # torch's refuses to go on after its end
            conditions.append(f"if scheduler.last_epoch < {schedule.total_steps - 1}:")
        return conditions


def _said(schedule: AnySchedule) -> list[str]:
    # StepLR and MultiStepLR have a default gamma; to say it does no harm.
    return [name for name in type(schedule).model_fields if name in REQUIRED]


def _clip(function: str, *arguments: Any) -> str:
    call = write_call(f"nn.utils.{function}", *arguments, foreach=False)
    return call.replace("(", "(network.parameters(), ", 1)


def _nest(conditions: list[str], line: str) -> list[str]:
    lines = [f"{INDENT * depth}{condition}" for depth, condition in enumerate(conditions)]
    return [*lines, f"{INDENT * len(conditions)}{line}"]
