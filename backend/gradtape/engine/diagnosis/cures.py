"""Changed specs to try: each function gives the cure, or None where there is nothing to change."""

import math
from collections.abc import Callable, Container
from typing import Any

from gradtape.spec import ExperimentSpec, parse_spec
from gradtape.spec.fields import LARGEST_RATE
from gradtape.tape.finding import Cure

Raw = dict[str, Any]

SQUEEZING = ("sigmoid", "tanh", "hardtanh")
WEIGHTED = ("linear", "conv1d", "conv2d", "conv3d")
MOST_NAMED = 3  # layers in a label; more do not fit on a button
DEFAULT = {"kind": "default"}
KAIMING = {"kind": "kaiming"}


def normalize_or_refill(spec: ExperimentSpec | None) -> Cure | None:
    """Batch norm before every activation that squeezes; where none does, Kaiming weights.

    Source: Ioffe and Szegedy 2015, section 4.2.2, who train a deep network of sigmoids so.
    """
    if spec is None:
        return None
    hidden = [layer for layer in spec.network.layers[:-1] if layer.kind in SQUEEZING]
    if not hidden:
        return _with_layers(spec, "Kaiming initialization of all weights", _fill_by_kaiming)
    raw = _raw(spec)
    for layer in hidden:
        _put_before(raw, layer.name, "batch_norm")
    return _cure(f"batch norm before each {hidden[0].kind}", raw)


def use_leaky_relu(spec: ExperimentSpec | None, name: str) -> Cure | None:
    """A leaky ReLU in place of this one."""
    if spec is None:
        return None

    def change(layer: Raw) -> Raw:
        return _keep_place(layer, kind="leaky_relu") if layer["name"] == name else layer

    return _with_layers(spec, f"leaky ReLU as {name}", change)


def fill_as_usual(spec: ExperimentSpec | None, names: Container[str] | None = None) -> Cure | None:
    """PyTorch's own initialization where the spec asks for another one.

    Args:
        names: of the layers that are meant; None: all.
    """
    if spec is None:
        return None
    changed = [
        layer.name
        for layer in spec.network.layers
        if (names is None or layer.name in names) and _is_filled_otherwise(layer.model_dump())
    ]

    def change(layer: Raw) -> Raw:
        if layer["name"] not in changed:
            return layer
        return layer | {"init": {"weight": DEFAULT, "bias": DEFAULT}}

    named = ", ".join(changed) if len(changed) <= MOST_NAMED else f"{len(changed)} layers"
    label = f"PyTorch's default initialization of {named}"
    return _with_layers(spec, label, change) if changed else None


def normalize_before(spec: ExperimentSpec | None, name: str) -> Cure | None:
    """A layer norm in front of this layer."""
    if spec is None:
        return None
    raw = _raw(spec)
    _put_before(raw, name, "layer_norm")
    return _cure(f"layer norm before {name}", raw)


def clip_gradients(spec: ExperimentSpec | None, norm: float = 1.0) -> Cure | None:
    """Gradients that are scaled down to a norm, where they are not clipped yet."""
    if spec is None or spec.regularization.clips:
        return None
    raw = _raw(spec)
    raw["regularization"]["max_norm"] = norm
    return _cure(f"gradients clipped to norm {norm:g}", raw)


def change_rate(spec: ExperimentSpec | None, factor: float) -> Cure | None:
    """The learning rate times a factor."""
    if spec is None:
        return None
    raw = _raw(spec)
    # One cycle has a rate of its own, beside which the optimizer's counts for nothing.
    part, name = ("schedule", "max_lr") if "max_lr" in raw["schedule"] else ("optimizer", "lr")
    before = raw[part][name]
    raw[part][name] = rate = min(_round(before * factor), LARGEST_RATE)
    return _cure(f"learning rate {rate:g}", raw) if rate != before else None


def start_bias_at(spec: ExperimentSpec | None, name: str, value: float) -> Cure | None:
    """The bias of a layer filled with a number."""
    if spec is None:
        return None

    def change(layer: Raw) -> Raw:
        if layer["name"] != name:
            return layer
        bias = {"kind": "constant", "value": value}
        return layer | {"init": layer["init"] | {"bias": bias}}

    layer = next((each for each in spec.network.layers if each.name == name), None)
    has_bias = layer is not None and getattr(layer, "bias", False)
    return _with_layers(spec, f"bias of {name} begins at {value:g}", change) if has_bias else None


def _put_before(raw: Raw, name: str, kind: str) -> None:
    """A layer of this kind takes what this one took, and gives it on."""
    layers: list[Raw] = raw["network"]["layers"]
    place = next(place for place, layer in enumerate(layers) if layer["name"] == name)
    added = {"kind": kind, "name": f"{name}_norm", "inputs": layers[place]["inputs"]}
    layers[place] = layers[place] | {"inputs": [added["name"]]}
    layers.insert(place, added)


def _fill_by_kaiming(layer: Raw) -> Raw:
    if layer["kind"] not in WEIGHTED or layer["shares"] is not None:
        return layer
    return layer | {"init": layer["init"] | {"weight": KAIMING}}


def _is_filled_otherwise(layer: Raw) -> bool:
    init = layer.get("init")
    return init is not None and any(each["kind"] != "default" for each in init.values())


def _keep_place(layer: Raw, *, kind: str) -> Raw:
    return {"kind": kind, "name": layer["name"], "inputs": layer["inputs"]}


def _with_layers(spec: ExperimentSpec, label: str, change: Callable[[Raw], Raw]) -> Cure:
    raw = _raw(spec)
    raw["network"]["layers"] = [change(layer) for layer in raw["network"]["layers"]]
    return _cure(label, raw)


def _raw(spec: ExperimentSpec) -> Raw:
    return spec.model_dump(mode="json")


def _cure(label: str, raw: Raw) -> Cure:
    return Cure(label=label, spec=parse_spec(raw))


def _round(rate: float) -> float:
    """To one digit: a rate that a person would have chosen."""
    return float(f"{rate:.0e}") if math.isfinite(rate) else LARGEST_RATE
