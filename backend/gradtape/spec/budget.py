"""What an experiment would cost, estimated before anything is built, against limits.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from gradtape import limits
from gradtape.errors import GradtapeError, LimitExceeded
from gradtape.spec.data import AnyData, DigitsData, InlineData, LinearRegressionData, RandomData
from gradtape.spec.draft import Draft
from gradtape.spec.inline_values import numbers_of
from gradtape.spec.shapes import NetworkShapes
from gradtape.spec.target_form import target_form
from gradtape.spec.wording import Step, format_path, to_amount

# The field that makes a layer large, by kind.
SIZE_FIELDS = {
    "linear": "out_features",
    "embedding": "embedding_dim",
    "conv1d": "out_channels",
    "conv2d": "out_channels",
    "conv3d": "out_channels",
    "rnn": "hidden_size",
    "lstm": "hidden_size",
    "gru": "hidden_size",
    "transformer_encoder_layer": "dim_feedforward",
    "adaptive_avg_pool1d": "output_size",
    "adaptive_avg_pool2d": "output_size",
    "adaptive_avg_pool3d": "output_size",
}


@dataclass(frozen=True)
class Cost:
    """Something that is counted over all layers.

    Attributes:
        limit: its name in limits.py.
        what: what is counted, in words.
        counts: per layer, in order; None where it cannot be known.
    """

    limit: str
    what: str
    counts: list[int | None]


def check_network_budget(draft: Draft, shapes: NetworkShapes) -> list[GradtapeError]:
    """Parameters, activations and work of one pass; each told at the layer that goes too far."""
    layers = shapes.layers
    costs = (
        Cost("MAX_PARAMETERS", "parameters", [each and each.parameter_count for each in layers]),
        Cost(
            "MAX_ACTIVATION_VALUES",
            "numbers in the outputs of one batch",
            [
                None if output is None else prod(output) + (inner.inner_values if inner else 0)
                for output, inner in zip(shapes.outputs, layers, strict=True)
            ],
        ),
        Cost(
            "MAX_MULTIPLICATIONS",
            "multiplications in one forward pass",
            [each and each.multiplications for each in layers],
        ),
    )
    return [problem for cost in costs for problem in _problems_of_cost(draft, cost)]


def check_data_budget(draft: Draft) -> list[GradtapeError]:
    """Numbers per sample, and in the whole data set."""
    data = draft.data
    if data is None:
        return []
    if isinstance(data, InlineData):
        count = len(numbers_of(data.x)) + len(numbers_of(data.y))
        return list(
            _over(("data", "x"), "MAX_INLINE_DATA_VALUES", "numbers in inline data", count)
        ) + list(_over(("data", "x"), "MAX_SAMPLES", "samples", len(data.x)))
    return _problems_of_generated(data, draft)


def _problems_of_generated(data: AnyData, draft: Draft) -> list[GradtapeError]:
    features = prod(data.sample_shape)
    field = _sample_field(data)
    steps: tuple[Step, ...] = ("data", field)
    problems = list(_over(steps, "MAX_FEATURES", "numbers per sample", features))
    wide = not isinstance(data, DigitsData) and features > 2
    place = field if wide else "samples"
    count = data.sample_count * features
    problems += _over(("data", place), "MAX_DATA_VALUES", "numbers in the data set", count)
    if draft.loss is not None:
        targets = prod(target_form(data, draft.loss).shape)
        random = isinstance(data, RandomData | LinearRegressionData)
        place = "targets" if random else "samples"
        problems += _over(("data", place), "MAX_FEATURES", "targets per sample", targets)
        count = data.sample_count * targets
        problems += _over(("data", place), "MAX_DATA_VALUES", "targets in the data set", count)
    return problems


def _sample_field(data: AnyData) -> str:
    """The field that makes a sample large."""
    fields = type(data).model_fields
    return next((name for name in ("length", "text") if name in fields), "features")


def _problems_of_cost(draft: Draft, cost: Cost) -> Iterable[GradtapeError]:
    total = 0
    for index, count in enumerate(cost.counts):
        total += count or 0
        if total > getattr(limits, cost.limit):
            field = SIZE_FIELDS.get(draft.kind_at(index))
            steps = ("network", "layers", index, *((field,) if field else ()))
            return _over(steps, cost.limit, cost.what, total)
    return []


def _over(steps: tuple[Step, ...], limit: str, what: str, asked: int) -> Iterable[GradtapeError]:
    allowed = getattr(limits, limit)
    if asked > allowed:
        path = format_path(steps)
        message = f"{path} asks for {_tell(asked)} {what}; at most {allowed:,} are allowed."
        yield LimitExceeded(
            message, limit=limit, asked=to_amount(asked), allowed=allowed, path=path
        )


def _tell(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"{to_amount(count):.0e}"
