"""A spec as far as it could be read: what is wrong by itself is None, the rest can be checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from gradtape import limits
from gradtape.spec.completion import complete_layers, name_layers
from gradtape.spec.data import AnyData, Data
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.layers import AnyLayer, Layer
from gradtape.spec.losses import AnyLoss, Loss
from gradtape.spec.validation import NO_VALIDATION, Validation
from gradtape.spec.wording import Shape

T = TypeVar("T")

LAYER: TypeAdapter[AnyLayer] = TypeAdapter(Layer)
DATA: TypeAdapter[AnyData] = TypeAdapter(Data)
LOSS: TypeAdapter[AnyLoss] = TypeAdapter(Loss)
VALIDATION: TypeAdapter[Validation] = TypeAdapter(Validation)


@dataclass(frozen=True)
class Draft:
    """The parts of a spec that can be read.

    Attributes:
        names: the name of every layer, also of those that are None.
    """

    layers: tuple[AnyLayer | None, ...]
    names: tuple[str, ...]
    data: AnyData | None
    loss: AnyLoss | None
    batch_size: int | None = None
    device: str = "auto"
    dtype: str = "float32"
    validation: Validation = NO_VALIDATION

    @property
    def input_shape(self) -> Shape | None:
        """Shape of one batch of x; None where samples are unknown, or plain numbers by mistake."""
        if self.data is None or not self.data.sample_shape:
            return None
        return (self.batch_samples(self.data), *self.data.sample_shape)

    @property
    def token_count(self) -> int | None:
        """How many different tokens x is made of; None where it is made of numbers."""
        return None if self.data is None else self.data.token_count

    def batch_samples(self, data: AnyData) -> int:
        """How many samples a full batch has."""
        count = data.sample_count - self.validation.count(data.sample_count)
        return min(self.batch_size or count, count)

    def kind_at(self, index: int) -> str:
        """The kind of a layer, for messages."""
        layer = self.layers[index]
        return "layer" if layer is None else layer.kind


def draft_of(spec: ExperimentSpec) -> Draft:
    """The draft of a spec that reads as a whole."""
    layers = spec.network.layers
    return Draft(
        layers=layers,
        names=tuple(layer.name for layer in layers),
        data=spec.data,
        loss=spec.loss,
        batch_size=spec.batch_size,
        device=spec.device,
        dtype=spec.dtype,
        validation=spec.validation,
    )


def read_draft(raw: dict[Any, Any]) -> Draft:
    """Read what can be read of a spec with problems."""
    network = raw.get("network")
    layers = cast(dict[Any, Any], network).get("layers") if isinstance(network, dict) else None
    entries = list(cast(Sequence[Any], layers)) if isinstance(layers, list | tuple) else []
    if len(entries) > limits.MAX_LAYERS:  # refused by its length already
        entries = []
    batch_size = raw.get("batch_size")
    whole = isinstance(batch_size, int) and not isinstance(batch_size, bool) and batch_size > 0
    return Draft(
        layers=tuple(_read(LAYER, entry) for entry in complete_layers(entries)),
        names=tuple(name_layers(entries)),
        data=_read(DATA, raw.get("data")),
        loss=_read(LOSS, raw.get("loss")),
        batch_size=batch_size if whole else None,
        validation=_read(VALIDATION, raw.get("validation")) or NO_VALIDATION,
    )


def _read(adapter: TypeAdapter[T], raw: Any) -> T | None:
    try:
        return adapter.validate_python(raw)
    except ValidationError:  # told by problems.py, from the validation of the whole
        return None
