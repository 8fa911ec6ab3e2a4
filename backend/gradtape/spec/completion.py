"""What a layer list leaves unsaid: names, inputs, and what a shared layer takes from the original.

Works on raw input, before validation, so that a layer with a mistake still has a name that others
can refer to. Nothing is checked here.
"""

from collections.abc import Sequence
from typing import Any, cast

OWN_FIELDS = ("name", "inputs", "init", "shares")  # never taken over from the original

RawLayer = dict[str, Any]


def complete_layers(layers: Sequence[Any]) -> list[Any]:
    """The same layers with `name` and `inputs` filled in; entries that are no objects unchanged."""
    names = name_layers(layers)
    completed: list[Any] = []
    for index, layer in enumerate(layers):
        if isinstance(layer, dict):
            original = _find_original(cast(RawLayer, layer), names, completed)
            layer = _complete_layer(cast(RawLayer, layer), index, names, original)
        completed.append(layer)
    return completed


def name_layers(layers: Sequence[Any]) -> list[str]:
    """Every layer's name: the given one, else its kind, else kind_2, kind_3, …"""
    given = [_text(layer, "name") for layer in layers]
    taken = {name for name in given if name is not None}
    names: list[str] = []
    for name, layer in zip(given, layers, strict=True):
        if name is None:
            name = _free_name(_text(layer, "kind") or "layer", taken)
            taken.add(name)
        names.append(name)
    return names


def _text(layer: Any, field: str) -> str | None:
    if not isinstance(layer, dict):
        return None
    value = cast(RawLayer, layer).get(field)
    return value if isinstance(value, str) else None


def _free_name(kind: str, taken: set[str]) -> str:
    if kind not in taken:
        return kind
    number = 2
    while f"{kind}_{number}" in taken:
        number += 1
    return f"{kind}_{number}"


def _find_original(layer: RawLayer, names: list[str], earlier: list[Any]) -> RawLayer | None:
    shares = layer.get("shares")
    for name, candidate in zip(names, earlier, strict=False):
        if name == shares and isinstance(candidate, dict):
            return cast(RawLayer, candidate)
    return None


def _complete_layer(
    layer: RawLayer, index: int, names: list[str], original: RawLayer | None
) -> RawLayer:
    completed = dict(layer)
    if original is not None and original.get("kind") == layer.get("kind"):
        taken = {field: value for field, value in original.items() if field not in OWN_FIELDS}
        completed = {**taken, **completed}
    if completed.get("name") is None:
        completed["name"] = names[index]
    if completed.get("inputs") is None:
        completed["inputs"] = [names[index - 1] if index else "input"]
    return completed
