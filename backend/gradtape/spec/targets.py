"""What the targets look like for a loss, and whether the network's output fits them."""

from dataclasses import dataclass

from gradtape.errors import GradtapeError, InvalidValue
from gradtape.spec.data import AnyData, InlineData, LinearRegressionData, RandomData
from gradtape.spec.draft import Draft
from gradtape.spec.inline_values import index_of, numbers_of, shape_of
from gradtape.spec.layers import AnyLayer, LinearLayer
from gradtape.spec.losses import AnyLoss
from gradtape.spec.shapes import NetworkShapes
from gradtape.spec.wiring import INPUT, Sources, resolve_sources
from gradtape.spec.wording import Shape, describe_value, format_path, format_shape, make_problem

CLASS_LOSSES = ("cross_entropy", "nll")  # their targets are class numbers
PROBABILITY_LOSSES = ("bce", "bce_with_logits")  # their targets lie between 0 and 1


@dataclass(frozen=True)
class TargetForm:
    """The targets as the loss needs them.

    Attributes:
        shape: of one sample's target; empty where that is one class number.
        classes: how many classes there are, where targets are class numbers; else None.
    """

    shape: Shape
    classes: int | None


def target_form(data: AnyData, loss: AnyLoss) -> TargetForm:
    """The form that this data's targets take for this loss.

    Two classes are one number per sample (0 or 1) for losses on numbers, more classes one-hot.
    """
    wants_classes = loss.kind in CLASS_LOSSES
    if isinstance(data, InlineData):
        return _inline_form(data, wants_classes)
    if isinstance(data, RandomData | LinearRegressionData):
        random_classes = wants_classes and isinstance(data, RandomData)
        return TargetForm((), data.targets) if random_classes else TargetForm((data.targets,), None)
    if wants_classes:
        return TargetForm((), data.class_count)
    return TargetForm((1 if data.class_count == 2 else data.class_count,), None)


def _inline_form(data: InlineData, wants_classes: bool) -> TargetForm:
    shape = shape_of(data.y)[1:]
    if not wants_classes:
        return TargetForm(shape or (1,), None)
    return TargetForm(() if shape == (1,) else shape, int(max(numbers_of(data.y))) + 1)


def check_targets(draft: Draft, shapes: NetworkShapes) -> list[GradtapeError]:
    """The data's targets suit the loss, and the network's output suits the targets."""
    data, loss = draft.data, draft.loss
    if data is None or loss is None:
        return []
    problems = _problems_of_numbers(data, loss)
    if not problems and draft.layers:
        problems.extend(_problems_of_output(draft, shapes, data, loss))
    if draft.layers and loss.kind == "bce":
        problems.extend(_problems_of_probabilities(draft))
    return problems


def _problems_of_numbers(data: AnyData, loss: AnyLoss) -> list[GradtapeError]:
    if isinstance(data, InlineData):
        return _inline_problems(data, loss)
    if isinstance(data, LinearRegressionData) and loss.kind not in ("mse", "l1"):
        wanted = "class numbers" if loss.kind in CLASS_LOSSES else "targets between 0 and 1"
        message = f"{loss.kind} needs {wanted}; linear_regression gives any number."
        return [_loss_problem(f'{message} Did you mean "mse"?', suggestion="mse")]
    return []


def _loss_problem(message: str, **details: str) -> GradtapeError:
    return make_problem(("loss", "kind"), message, "targets_mismatch", **details)


def _inline_problems(data: InlineData, loss: AnyLoss) -> list[GradtapeError]:
    if len(data.x) != len(data.y):
        message = f"has {len(data.y)} entries, but x has {len(data.x)}: one target per sample."
        return [make_problem(("data", "y"), message, "length_mismatch")]
    if not data.sample_shape:
        message = "needs one list per sample, as in [[0.5], [1.5]]; got plain numbers."
        return [make_problem(("data", "x"), message, "shape_mismatch")]
    if loss.kind in ("mse", "l1"):
        return []
    shape = shape_of(data.y)
    for position, number in enumerate(numbers_of(data.y)):
        problem = _problem_of_target(number, loss)
        if problem is not None:
            steps = ("data", "y", *index_of(position, shape))
            return [make_problem(steps, problem, "target_out_of_range")]
    return []


def _problem_of_target(number: float, loss: AnyLoss) -> str | None:
    got = describe_value(number)
    if loss.kind in PROBABILITY_LOSSES:
        fits = 0 <= number <= 1
        return None if fits else f"must be between 0 and 1 for {loss.kind}; got {got}."
    if number < 0 or number != int(number):
        return f"must be a class number (0, 1, 2, …) for {loss.kind}; got {got}."
    return None


def _problems_of_output(
    draft: Draft, shapes: NetworkShapes, data: AnyData, loss: AnyLoss
) -> list[GradtapeError]:
    output = shapes.outputs[-1]
    if output is None:
        return []
    form = target_form(data, loss)
    if form.classes is not None:
        return _problems_of_classes(draft, output, form.classes, form.shape, data, loss)
    if output[1:] == form.shape:
        return []
    wanted = f"{loss.kind} compares with targets of shape {format_shape((output[0], *form.shape))}"
    width = form.shape[0] if len(form.shape) == 1 else None
    return [_output_problem(draft, output, wanted, width)]


def _problems_of_classes(
    draft: Draft, output: Shape, classes: int, rest: Shape, data: AnyData, loss: AnyLoss
) -> list[GradtapeError]:
    if len(output) < 2 or output[2:] != rest:
        wanted = f"{loss.kind} needs one number per class and target"
        return [_output_problem(draft, output, wanted, classes)]
    if classes <= output[1]:
        return []
    if not isinstance(data, InlineData):
        wanted = f"{loss.kind} needs one number for each of the {classes} classes"
        return [_output_problem(draft, output, wanted, classes)]
    position, label = next(
        (position, label) for position, label in enumerate(numbers_of(data.y)) if label >= output[1]
    )
    message = (
        f"must be a class number below {output[1]}, as the network gives "
        f"{format_shape(output)}; got {describe_value(label)}."
    )
    steps = ("data", "y", *index_of(position, shape_of(data.y)))
    return [make_problem(steps, message, "label_out_of_range")]


def _output_problem(draft: Draft, output: Shape, wanted: str, width: int | None) -> GradtapeError:
    index, fields = _find_widening_layer(draft)
    message = f"The network gives {format_shape(output)}, but {wanted}."
    details: dict[str, str] = {}
    if len(output) > 2:
        message += " Put a flatten layer before the last linear layer."
        details = {"suggestion": "flatten"}
    elif fields and width is not None:
        message += f" Did you mean {fields[0]}={width}?"
        details = {"suggestion": f"{fields[0]}={width}"}
    path = format_path(("network", "layers", index, *fields))
    return InvalidValue(message, path=path, code="shape_mismatch", **details)


def _find_widening_layer(draft: Draft) -> tuple[int, tuple[str, ...]]:
    """The last linear layer before the output, if only layers that keep widths follow it."""
    sources = resolve_sources(draft)
    index = len(draft.layers) - 1
    while True:
        layer = draft.layers[index]
        if isinstance(layer, LinearLayer):
            return index, ("out_features",)
        below = _single_source(sources[index])
        if below is None or not _keeps_width(layer):
            return len(draft.layers) - 1, ()
        index = below


def _single_source(sources: Sources) -> int | None:
    return sources[0] if len(sources) == 1 and sources[0] is not None and sources[0] >= 0 else None


def _keeps_width(layer: AnyLayer | None) -> bool:
    changing = ("conv1d", "conv2d", "max_pool2d", "avg_pool2d", "flatten")
    return layer is not None and layer.kind not in changing


def _problems_of_probabilities(draft: Draft) -> list[GradtapeError]:
    last = len(draft.layers) - 1
    if None in draft.layers or _gives_probabilities(draft, last):
        return []
    message = (
        "bce needs probabilities, but the network does not end in a sigmoid or softmax. "
        'Did you mean "bce_with_logits"?'
    )
    return [_loss_problem(message, suggestion="bce_with_logits")]


def _gives_probabilities(draft: Draft, last: int) -> bool:
    """Whether every number of the output is certain to lie between 0 and 1."""
    sources = resolve_sources(draft)
    waiting = [last]
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        layer = draft.layers[index]
        if index in seen or layer is None or layer.kind in ("sigmoid", "softmax"):
            continue
        seen.add(index)
        keeps = ("flatten", "max_pool2d", "avg_pool2d", "concat", "multiply", "relu")
        if layer.kind not in keeps or any(source is None for source in sources[index]):
            return False
        if INPUT in sources[index]:
            return False
        waiting.extend(source for source in sources[index] if source is not None)
    return True
