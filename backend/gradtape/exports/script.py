"""A PyTorch program that repeats an experiment's losses and gradients, bit for bit on the CPU."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

import gradtape
from gradtape.exports.origin import Origin
from gradtape.exports.script_calls import changed_options, write_call
from gradtape.exports.script_layers import NetworkLines
from gradtape.exports.script_training import TrainingLines
from gradtape.spec import ExperimentSpec
from gradtape.spec.csv_data import CsvData
from gradtape.spec.data import InlineData
from gradtape.spec.inline_values import numbers_of, shape_of
from gradtape.spec.losses import AnyLoss
from gradtape.spec.target_form import PROBABILITY_LOSSES, says_symbols_only, target_form

TEMPLATE = "script.py.jinja"

LOSSES = {
    "mse": "nn.MSELoss",
    "l1": "nn.L1Loss",
    "huber": "nn.HuberLoss",
    "smooth_l1": "nn.SmoothL1Loss",
    "cosine": "CosineDistance",
    "bce": "nn.BCELoss",
    "bce_with_logits": "nn.BCEWithLogitsLoss",
    "cross_entropy": "nn.CrossEntropyLoss",
    "nll": "nn.NLLLoss",
    "hinge": "nn.MultiMarginLoss",
    "kl_div": "nn.KLDivLoss",
    "ctc": "CtcOfBatch",
}


def write_script(origin: Origin) -> bytes:
    """The program: needs torch and NumPy, scikit-learn for its data sets, and no Gradtape.

    It runs at least one iteration. What was written over by hand in a session it names in a
    warning; it does not repeat it.
    """
    template = _build_environment().get_template(TEMPLATE)
    return template.render(_describe(origin)).encode()


def _build_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gradtape"),
        # What comes out is Python: whatever a user wrote passes through the filter `literal`.
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["literal"] = repr
    return environment


def _describe(origin: Origin) -> dict[str, Any]:
    spec = origin.spec
    network = NetworkLines(spec)
    return {
        "gradtape_version": gradtape.__version__,
        "torch_version": version("torch"),
        "name": spec.name,
        "spec": spec,
        "data": spec.data,
        "target": _describe_target(spec),
        "rows": _write_rows(spec),
        "symbols_only": says_symbols_only(spec.data, spec.loss),
        "batches": spec.batch_size is not None and spec.batch_size < spec.training_samples,
        "augmentation": spec.augmentation,
        "autocast": spec.autocast,
        "validation_count": spec.validation.count(spec.data.sample_count),
        "iterations": max(1, origin.iterations),
        "device": origin.device,
        "changed": origin.changed,
        "network": network,
        "has_roots": any("math." in line for line in network.filling),
        "loss": _write_loss(spec.loss),
        "training": TrainingLines(spec, origin.device),
    }


def _describe_target(spec: ExperimentSpec) -> dict[str, Any]:
    form = target_form(spec.data, spec.loss)
    return {
        "classes": form.classes,
        "width": form.shape[-1] if form.shape else None,
        "is_probability": spec.loss.kind in PROBABILITY_LOSSES,
    }


def _write_rows(spec: ExperimentSpec) -> dict[str, list[str]]:
    """Own numbers as literals, one sample a line."""
    match spec.data:
        case InlineData():
            return _write_inline(spec.data, spec.loss)
        case CsvData():
            return _write_table(spec.data)
        case _:
            return {}


def _write_table(data: CsvData) -> dict[str, list[str]]:
    inputs = zip(*(column.numbers for column in data.input_columns), strict=True)
    target = data.target_column
    targets = [number if target.categories is None else int(number) for number in target.numbers]
    return {"x": [repr(list(row)) for row in inputs], "y": [repr(number) for number in targets]}


def _write_inline(data: InlineData, loss: AnyLoss) -> dict[str, list[str]]:
    form = target_form(data, loss)
    targets = [float(number) for number in numbers_of(data.y)]
    if form.classes is not None:
        targets = [int(number) for number in targets]
    inputs = [float(number) for number in numbers_of(data.x)]
    count = data.sample_count
    return {
        "x": _nest_rows(inputs, (count, *shape_of(data.x)[1:])),
        "y": _nest_rows(targets, (count, *form.shape)),
    }


def _nest_rows(numbers: Sequence[float], shape: tuple[int, ...]) -> list[str]:
    nested: list[Any] = list(numbers)
    for size in reversed(shape[1:]):
        nested = [nested[start : start + size] for start in range(0, len(nested), size)]
    return [repr(row) for row in nested]


def _write_loss(loss: AnyLoss) -> str:
    options = changed_options(loss, without=("kind",))
    if loss.kind == "kl_div":
        options = {"reduction": loss.reduction}  # torch's own default is another one
    return write_call(LOSSES[loss.kind], **options)
