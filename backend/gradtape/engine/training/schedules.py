"""From the spec of a schedule to torch's scheduler."""

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)

from gradtape.spec.schedules import (
    AnySchedule,
    CosineSchedule,
    ExponentialSchedule,
    LinearWarmupSchedule,
    MultiStepSchedule,
    NoSchedule,
    OneCycleSchedule,
    PlateauSchedule,
    StepSchedule,
    WarmRestartsSchedule,
)

OURS = ("kind", "per", "watch")  # fields that torch does not know


def build_schedule(spec: AnySchedule, optimizer: Optimizer) -> LRScheduler | None:
    """The scheduler, which sets the optimizer's first learning rate; None for a constant one."""
    options = _options(spec)
    match spec:
        case NoSchedule():
            return None
        case StepSchedule():
            return StepLR(optimizer, **options)
        case MultiStepSchedule():
            return MultiStepLR(optimizer, **options)
        case ExponentialSchedule():
            return ExponentialLR(optimizer, **options)
        case CosineSchedule():
            return CosineAnnealingLR(optimizer, **options)
        case WarmRestartsSchedule():
            return CosineAnnealingWarmRestarts(optimizer, **options)
        case OneCycleSchedule():
            return OneCycleLR(optimizer, **options)
        case PlateauSchedule():
            return ReduceLROnPlateau(optimizer, **options)
        case LinearWarmupSchedule():
            return LinearLR(optimizer, **options)


def _options(spec: AnySchedule) -> dict[str, Any]:
    # The spec uses torch's own names and ranges.
    return {name: getattr(spec, name) for name in type(spec).model_fields if name not in OURS}
