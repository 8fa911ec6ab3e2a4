"""Whether the network's output suits the targets, and which layer is to be changed if not."""

from collections.abc import Sequence

from gradtape.errors import GradtapeError, InvalidValue
from gradtape.spec.data import AnyData, InlineData
from gradtape.spec.draft import Draft
from gradtape.spec.inline_values import index_of, numbers_of, shape_of
from gradtape.spec.layer_shapes import RULES
from gradtape.spec.layers import AnyLayer
from gradtape.spec.layers.learned import LinearLayer
from gradtape.spec.layers.recurrent import RecurrentLayer
from gradtape.spec.losses import AnyLoss
from gradtape.spec.shapes import NetworkShapes
from gradtape.spec.target_form import TargetForm, target_form
from gradtape.spec.wiring import INPUT, Sources, resolve_sources
from gradtape.spec.wording import Shape, describe_value, format_path, format_shape, make_problem

WIDTH_KEEPING_KINDS = (
    *("softmax", "log_softmax", "batch_norm", "layer_norm", "instance_norm", "group_norm"),
    *("add", "multiply", "concat", "transformer_encoder_layer"),
)
LAYING_OUT_KINDS = ("flatten", "reshape", "permute", "select")
RANGE_KEEPING_KINDS = (  # what lies between 0 and 1 stays there
    *LAYING_OUT_KINDS,
    *("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d"),
    *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"),
    *("concat", "multiply", "relu"),
)


def loss_problem(message: str, **details: str) -> GradtapeError:
    """A problem of the choice of the loss."""
    return make_problem(("loss", "kind"), message, "targets_mismatch", **details)


def problems_of_output(
    draft: Draft, shapes: NetworkShapes, data: AnyData, loss: AnyLoss
) -> list[GradtapeError]:
    """Whether the network gives what the loss compares with the targets."""
    output = shapes.outputs[-1]
    if output is None:
        return []
    form = target_form(data, loss)
    if loss.kind == "ctc":
        return _problems_of_steps(draft, output, form)
    if form.classes is not None:
        return _problems_of_classes(draft, output, form.classes, form.shape, data, loss)
    if output[1:] != form.shape:
        shape = format_shape((output[0], *form.shape))
        wanted = f"{loss.kind} compares with targets of shape {shape}"
        width = form.shape[0] if len(form.shape) == 1 else None
        return [_output_problem(draft, output, wanted, width)]
    if loss.kind == "cosine" and (len(form.shape) != 1 or form.shape[0] < 2):
        message = (
            "cosine compares directions, so that each sample needs a list of at least two "
            f'numbers; its targets have the shape {format_shape(form.shape)}. Did you mean "mse"?'
        )
        return [loss_problem(message, suggestion="mse")]
    return []


def _problems_of_steps(draft: Draft, output: Shape, form: TargetForm) -> list[GradtapeError]:
    classes = form.classes or 0
    if len(form.shape) != 1:
        message = "ctc needs one list of class numbers per sample, as in [[1, 2], [3, 1]]."
        return [make_problem(("data", "y"), message, "shape_mismatch")]
    if len(output) != 3:
        wanted = "ctc needs log-probabilities of shape (samples, steps, classes)"
        return [_output_problem(draft, output, wanted, None)]
    if output[2] < classes:
        wanted = f"ctc needs one number for each of the {classes} classes, the blank among them"
        return [_output_problem(draft, output, wanted, classes, keeps_rank=True)]
    if output[1] < form.shape[0]:
        wanted = f"ctc needs at least {form.shape[0]} steps for as many targets"
        return [_output_problem(draft, output, wanted, None, keeps_rank=True)]
    return []


def _problems_of_classes(
    draft: Draft, output: Shape, classes: int, rest: Shape, data: AnyData, loss: AnyLoss
) -> list[GradtapeError]:
    if loss.kind == "hinge" and rest:
        message = (
            "hinge takes one class per sample, but each has targets of shape "
            f'{format_shape(rest)}. Did you mean "cross_entropy"?'
        )
        return [loss_problem(message, suggestion="cross_entropy")]
    if len(output) < 2 or output[2:] != rest:
        wanted = f"{loss.kind} needs one number per class and target"
        if rest and output[1:-1] == rest:
            return [_classes_last(draft, output, wanted)]
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


def _classes_last(draft: Draft, output: Shape, wanted: str) -> GradtapeError:
    dims = [0, len(output) - 1, *range(1, len(output) - 1)]
    message = (
        f"The network gives {format_shape(output)}, but {wanted}, the classes in dimension 1. "
        f"Put a permute layer with dims {dims} at the end."
    )
    path = format_path(("network", "layers", len(draft.layers) - 1))
    return InvalidValue(message, path=path, code="shape_mismatch", suggestion="permute")


def _output_problem(
    draft: Draft, output: Shape, wanted: str, width: int | None, *, keeps_rank: bool = False
) -> GradtapeError:
    index, fields = _find_widening_layer(draft)
    message = f"The network gives {format_shape(output)}, but {wanted}."
    details: dict[str, str] = {}
    if len(output) > 2 and not keeps_rank:
        message += " Put a flatten layer before the last linear layer" + _or_last(draft) + "."
        details = {"suggestion": "flatten"}
    elif fields and width is not None:
        message += f" Did you mean {fields[0]}={width}?"
        details = {"suggestion": f"{fields[0]}={width}"}
    path = format_path(("network", "layers", index, *fields))
    return InvalidValue(message, path=path, code="shape_mismatch", **details)


def _or_last(draft: Draft) -> str:
    """The other way to get rid of the steps of a sequence, where there is a recurrent layer."""
    names = [
        f"layers[{index}] ({layer.kind})"
        for index, layer in enumerate(draft.layers)
        if isinstance(layer, RecurrentLayer) and layer.output == "sequence"
    ]
    return f', or let {names[-1]} give its last state: output="last"' if names else ""


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
    return layer is not None and (layer.kind not in RULES or layer.kind in WIDTH_KEEPING_KINDS)


def problems_of_last_layer(draft: Draft, loss: AnyLoss) -> list[GradtapeError]:
    """Whether the output is certain to be probabilities, or their logarithms, if it has to be."""
    last = len(draft.layers) - 1
    if loss.kind not in ("bce", "kl_div", "ctc") or None in draft.layers:
        return []
    if loss.kind != "bce":
        if _comes_from(draft, last, ("log_softmax",), LAYING_OUT_KINDS):
            return []
        message = f"{loss.kind} needs log-probabilities: end the network in a log_softmax layer."
        return [loss_problem(message, suggestion="log_softmax")]
    if _comes_from(draft, last, ("sigmoid", "softmax"), RANGE_KEEPING_KINDS):
        return []
    message = (
        "bce needs probabilities, but the network does not end in a sigmoid or softmax. "
        'Did you mean "bce_with_logits"?'
    )
    return [loss_problem(message, suggestion="bce_with_logits")]


def _comes_from(draft: Draft, last: int, kinds: Sequence[str], through: Sequence[str]) -> bool:
    """Whether every number of the output comes from such layers, through some that keep it so."""
    sources = resolve_sources(draft)
    waiting = [last]
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        layer = draft.layers[index]
        if index in seen or layer is None or layer.kind in kinds:
            continue
        seen.add(index)
        if layer.kind not in through or any(source is None for source in sources[index]):
            return False
        if INPUT in sources[index]:
            return False
        waiting.extend(source for source in sources[index] if source is not None)
    return True
