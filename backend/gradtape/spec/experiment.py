"""The whole spec of an experiment, and how it is completed before it is checked."""

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, Field

from gradtape import limits
from gradtape.spec.augmentation import NO_AUGMENTATION, Augmentation
from gradtape.spec.completion import complete_layers
from gradtape.spec.data import Data
from gradtape.spec.fields import LARGEST_SEED, WHOLE, Count, Part
from gradtape.spec.layers import Layer
from gradtape.spec.losses import Loss
from gradtape.spec.optimizers import Optimizer
from gradtape.spec.regularization import NO_REGULARIZATION, Regularization
from gradtape.spec.schedules import CONSTANT, Schedule
from gradtape.spec.validation import NO_VALIDATION, Validation

DEVICE_PATTERN = r"^(auto|cpu|cuda|cuda:[0-9]{1,3}|mps)$"


def _complete(layers: Any) -> Any:
    if not isinstance(layers, list | tuple):
        return layers
    entries = cast(list[Any] | tuple[Any, ...], layers)
    if len(entries) > limits.MAX_LAYERS:  # refused by its length; completing takes quadratic time
        return entries
    return complete_layers(
        [
            entry.model_dump(exclude_unset=True) if isinstance(entry, BaseModel) else entry
            for entry in entries
        ]
    )


class Network(Part, frozen=True):
    """Layers in the order in which they run; the last one's output is the network's."""

    layers: Annotated[
        tuple[Layer, ...],
        Field(strict=False, min_length=1, max_length=limits.MAX_LAYERS),
        BeforeValidator(_complete),
    ] = Field(description="The layers. Each takes the output of the one before unless it says so.")


class ExperimentSpec(Part, frozen=True):
    """What the user asked for. Made by `parse_spec`, which also checks that the parts fit."""

    name: Annotated[str, Field(max_length=limits.MAX_NAME_LENGTH)] | None = Field(
        default=None, description="What to call it on the screen."
    )
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED), WHOLE] = Field(
        default=0, description="All randomness comes from it: data, parameters, dropout."
    )
    device: Annotated[str, Field(pattern=DEVICE_PATTERN)] = Field(
        default="auto", description="auto takes CUDA, then MPS, then the CPU."
    )
    dtype: Literal["float32", "float64"] = Field(
        default="float32", description="Precision of data and parameters."
    )
    autocast: Literal["off", "bfloat16", "float16"] = Field(
        default="off",
        description="Mixed precision: the type that matrix products are computed in. float16 needs "
        "CUDA, and scales the loss so that small gradients do not vanish.",
    )
    data: Data = Field(description="What the network learns from.")
    augmentation: Augmentation = Field(
        default=NO_AUGMENTATION, description="How each batch is varied."
    )
    validation: Validation = Field(
        default=NO_VALIDATION, description="What part of the data is kept from training."
    )
    network: Network = Field(description="What learns.")
    loss: Loss = Field(description="What training makes smaller.")
    optimizer: Optimizer = Field(description="How parameters move.")
    schedule: Schedule = Field(default=CONSTANT, description="How the learning rate changes.")
    regularization: Regularization = Field(
        default=NO_REGULARIZATION, description="What keeps parameters and gradients small."
    )
    batch_size: Count | None = Field(
        default=None, description="Samples per iteration; null: the whole data set."
    )
    shuffle: bool = Field(
        default=True, description="Whether each epoch takes the samples in an order of its own."
    )
    update_norms_every: Count = Field(
        default=10, description="After how many iterations the sizes of updates are measured again."
    )

    @property
    def training_samples(self) -> int:
        """How many samples are left to train on."""
        return self.data.sample_count - self.validation.count(self.data.sample_count)

    @property
    def iterations_per_epoch(self) -> int:
        """How many iterations one pass over the data takes; the last batch may be smaller."""
        return -(-self.training_samples // (self.batch_size or self.training_samples))
