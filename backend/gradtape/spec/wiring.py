"""Names and wiring: who takes whose output, and who uses whose parameters."""

import keyword
from collections.abc import Sequence

from gradtape.errors import GradtapeError
from gradtape.spec.completion import OWN_FIELDS
from gradtape.spec.draft import Draft
from gradtape.spec.initializations import ParameterInitializations
from gradtape.spec.layer_shapes import has_parameters
from gradtape.spec.layers import MERGING_KINDS, NAMED_INPUTS, AnyLayer
from gradtape.spec.layers.base import ParametricLayer
from gradtape.spec.places import layer_problem
from gradtape.spec.wording import make_problem, quote, suggest

RESERVED_NAMES = ("input", "target", "loss")  # names of tensors that are no layer's output
INPUT = -1

Sources = tuple[int | None, ...]
"""For each input of a layer: the number of the layer it comes from, INPUT, or None if unknown."""


def resolve_sources(draft: Draft) -> list[Sources]:
    """Where each layer's inputs come from; empty for a layer that could not be read."""
    return [
        ()
        if layer is None
        else tuple(_find_source(name, draft.names[:index]) for name in layer.inputs)
        for index, layer in enumerate(draft.layers)
    ]


def find_original(draft: Draft, index: int) -> int | None:
    """The layer whose parameters this one uses, through any chain of shares; else None."""
    layer = draft.layers[index]
    found: int | None = None
    while isinstance(layer, ParametricLayer) and layer.shares is not None:
        position = _last_index(draft.names[:index], layer.shares)
        if position is None:
            return None
        found = index = position
        layer = draft.layers[index]
    return found


def check_names(draft: Draft) -> list[GradtapeError]:
    """Every name once, and none that means something else."""
    problems: list[GradtapeError] = []
    for index, name in enumerate(draft.names):
        kind = draft.kind_at(index)
        if name in draft.names[:index]:
            first = draft.names.index(name)
            message = f"has the name {quote(name)}, which layers[{first}] has already."
            problems.append(layer_problem(index, kind, message, "name", code="duplicate_name"))
        elif name in RESERVED_NAMES or keyword.iskeyword(name):
            message = f"cannot have the name {quote(name)}: it is reserved."
            problems.append(layer_problem(index, kind, message, "name", code="reserved_name"))
    return problems


def check_inputs(draft: Draft) -> list[GradtapeError]:
    """Inputs are earlier layers, as many as the kind takes."""
    problems: list[GradtapeError] = []
    for index, (layer, sources) in enumerate(
        zip(draft.layers, resolve_sources(draft), strict=True)
    ):
        if layer is not None:
            problems.extend(
                _unknown_input(draft, index, layer, position)
                for position, source in enumerate(sources)
                if source is None
            )
            problems.extend(_wrong_number_of_inputs(index, layer))
    return problems


def check_shares(draft: Draft) -> list[GradtapeError]:
    """Parameters come from an earlier layer of the same kind and with the same settings."""
    return [
        problem
        for index in range(len(draft.layers))
        for problem in problems_of_shares(draft, index)
    ]


def problems_of_shares(draft: Draft, index: int) -> list[GradtapeError]:
    """What keeps one layer from sharing as it wants to; empty if it does not want to."""
    layer = draft.layers[index]
    if isinstance(layer, ParametricLayer) and layer.shares is not None:
        return _compare_with_original(draft, index, layer, layer.shares)
    return []


def check_learning(draft: Draft) -> list[GradtapeError]:
    """Something that is learned must have a say in the output."""
    if not draft.layers or None in draft.layers:
        return []
    sources = resolve_sources(draft)
    reached: set[int] = set()
    waiting = [len(draft.layers) - 1]
    while waiting:
        index = waiting.pop()
        if index in reached or index == INPUT:
            continue
        reached.add(index)
        if None in sources[index]:
            return []
        waiting.extend(source for source in sources[index] if source is not None)
    if any(_learns(draft.layers[index]) for index in reached):
        return []
    message = (
        "has nothing to learn: no layer with parameters leads to the output. Add a linear layer."
    )
    return [make_problem(("network", "layers"), message, "nothing_to_learn", suggestion="linear")]


def _learns(layer: AnyLayer | None) -> bool:
    return layer is not None and has_parameters(layer)


def _find_source(name: str, earlier: Sequence[str]) -> int | None:
    return INPUT if name == "input" else _last_index(earlier, name)


def _last_index(names: Sequence[str], name: str) -> int | None:
    return max((index for index, known in enumerate(names) if known == name), default=None)


def _unknown_input(draft: Draft, index: int, layer: AnyLayer, position: int) -> GradtapeError:
    name = layer.inputs[position]
    fields = ("inputs", position)
    if name in draft.names[index:]:
        where = draft.names.index(name, index)
        itself = "itself" if where == index else f"layers[{where}], which comes later"
        message = f"takes its input from {itself}; only earlier layers can be inputs."
        return layer_problem(index, layer.kind, message, *fields, code="forward_reference")
    known = ("input", *draft.names[:index])
    hint, details = suggest(name, known)
    message = f"takes its input from {quote(name)}, which is no earlier layer. {hint}"
    return layer_problem(index, layer.kind, message, *fields, code="unknown_layer", **details)


def _wrong_number_of_inputs(index: int, layer: AnyLayer) -> list[GradtapeError]:
    count = len(layer.inputs)
    if layer.kind in MERGING_KINDS and count < 2:
        message = 'needs at least two inputs; got one. Name them, as in ["relu", "input"].'
    elif layer.kind in NAMED_INPUTS:
        names = NAMED_INPUTS[layer.kind]
        if count in (1, len(names)):
            return []
        message = f"takes one input, or {len(names)} ({', '.join(names)}); got {count}."
    elif layer.kind not in MERGING_KINDS and count > 1:
        message = f"takes one input; got {count}. Bring them together with add or concat first."
    else:
        return []
    return [layer_problem(index, layer.kind, message, "inputs", code="wrong_length")]


def _compare_with_original(
    draft: Draft, index: int, layer: ParametricLayer, shares: str
) -> list[GradtapeError]:
    def problem(message: str, field: str, code: str, **details: str) -> list[GradtapeError]:
        return [layer_problem(index, layer.kind, message, field, code=code, **details)]

    position = _last_index(draft.names[:index], shares)
    if position is None:
        hint, details = _suggest_original(draft, index, layer.kind, shares)
        message = f"shares the parameters of {quote(shares)}, which is no earlier layer. {hint}"
        return problem(message, "shares", "unknown_layer", **details)
    original = draft.layers[position]
    if original is None:
        return []
    if original.kind != layer.kind or not isinstance(original, ParametricLayer):
        message = f"cannot share the parameters of {quote(shares)}: that is a {original.kind}."
        return problem(message, "shares", "other_kind")
    if not has_parameters(original):
        message = f"cannot share the parameters of {quote(shares)}: it has none."
        return problem(message, "shares", "no_parameters")
    if layer.init != ParameterInitializations():
        message = f"shares the parameters of {quote(shares)}: they are filled as init says there."
        return problem(message, "init", "invalid_combination")
    return [
        difference
        for field in type(layer).model_fields
        if field not in OWN_FIELDS and getattr(layer, field) != getattr(original, field)
        for difference in problem(
            f"must have the same {field} as {quote(shares)}, whose parameters it shares.",
            field,
            "invalid_combination",
        )
    ]


def _suggest_original(
    draft: Draft, index: int, kind: str, shares: str
) -> tuple[str, dict[str, str]]:
    candidates = [
        name
        for name, layer in zip(draft.names[:index], draft.layers, strict=False)
        if layer is not None and layer.kind == kind
    ]
    return suggest(shares, candidates) if candidates else (f"There is no {kind} before it.", {})
