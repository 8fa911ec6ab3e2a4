"""The shapes of a whole network, layer by layer, before anything is built."""

from gradtape.errors import GradtapeError, InvalidValue
from gradtape.spec.draft import Draft, draft_of
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.initializations import KaimingInitialization, XavierInitialization
from gradtape.spec.layer_shapes import infer_layer
from gradtape.spec.layers import MERGING_KINDS, NAMED_INPUTS, AnyLayer
from gradtape.spec.layers.base import ParametricLayer
from gradtape.spec.layers.learned import LinearLayer
from gradtape.spec.layers.normalization import GroupNormLayer
from gradtape.spec.normalization_shapes import numbers_per_statistic
from gradtape.spec.parameter_filling import filling_field, initialization_of
from gradtape.spec.places import Inferred, LayerShapes, Place, layer_problem
from gradtape.spec.wiring import INPUT, Sources, find_original, problems_of_shares, resolve_sources
from gradtape.spec.wording import Shape, format_shape


def infer_shapes(spec: ExperimentSpec) -> tuple[LayerShapes, ...]:
    """The shapes of every layer of a spec that `parse_spec` has made."""
    shapes = NetworkShapes(draft_of(spec)).layers
    return tuple(layer for layer in shapes if layer is not None)


class NetworkShapes:
    """The shapes of every layer, as far as they can be known, and what is wrong with them.

    Attributes:
        layers: per layer; None where they could not be inferred.
        outputs: per layer; may be known where the rest is not.
        problems: one for each layer that cannot take what arrives.
    """

    def __init__(self, draft: Draft) -> None:
        self.layers: list[LayerShapes | None] = []
        self.outputs: list[Shape | None] = []
        self.problems: list[GradtapeError] = []
        self._draft = draft
        self._parameters: list[dict[str, Shape]] = []
        self._tokens: list[int | None] = []
        for index, sources in enumerate(resolve_sources(draft)):
            self._add(index, sources)

    def _add(self, index: int, sources: Sources) -> None:
        layer = self._draft.layers[index]
        arriving = [self._shape_from(source) for source in sources]
        known = tuple(shape for shape in arriving if shape is not None)
        shapes: LayerShapes | None = None
        output: Shape | None = None
        parameters: dict[str, Shape] = {}
        if layer is not None and len(known) == len(arriving) and _takes(layer, len(known)):
            tokens = tuple(map(self._tokens_from, sources))
            place = Place(index, layer, tuple(map(_tell_source, sources)), known, tokens)
            inferred = self._infer(place)
            if inferred is not None:
                output, parameters = inferred.output, inferred.parameters
                shapes = self._summarize(place, inferred)
        elif isinstance(layer, LinearLayer):
            output = self._guess_linear(layer)
        self.layers.append(shapes)
        self.outputs.append(output)
        self._parameters.append(parameters)
        self._tokens.append(None if shapes is None else shapes.tokens)

    def _tokens_from(self, source: int | None) -> int | None:
        if source is None:
            return None
        return self._draft.token_count if source == INPUT else self._tokens[source]

    def _shape_from(self, source: int | None) -> Shape | None:
        if source is None:
            return None
        return self._draft.input_shape if source == INPUT else self.outputs[source]

    def _guess_linear(self, layer: LinearLayer) -> Shape | None:
        # Few layers add dimensions: without them flat samples stay flat.
        shape = self._draft.input_shape
        if self._draft.token_count is not None or any(
            each is not None and each.kind == "reshape" for each in self._draft.layers
        ):
            return None
        return (shape[0], layer.out_features) if shape is not None and len(shape) == 2 else None

    def _infer(self, place: Place) -> Inferred | None:
        try:
            inferred = infer_layer(place)
        except InvalidValue as problem:
            self.problems.append(problem)
            return None
        if inferred.problem is not None:
            self.problems.append(inferred.problem)
        return inferred

    def _summarize(self, place: Place, inferred: Inferred) -> LayerShapes:
        layer, own = place.layer, inferred.parameters
        if isinstance(layer, ParametricLayer):
            original = find_original(self._draft, place.index)
            if original is not None:
                if not problems_of_shares(self._draft, place.index):
                    self._compare_with_original(place, original, own)
                own = {}
            self.problems.extend(_initialization_problems(place, layer, own))
        return LayerShapes(
            layer.name,
            place.shapes,
            inferred.output,
            own,
            inferred.multiplications,
            inferred.inner_values,
            inferred.tokens,
        )

    def _compare_with_original(self, place: Place, original: int, needed: dict[str, Shape]) -> None:
        there = self._parameters[original]
        for name in needed:
            if name in there and needed[name] != there[name]:
                message = (
                    f"needs a {name} of shape {format_shape(needed[name])}, but that of "
                    f"layers[{original}], which it shares, is {format_shape(there[name])}; "
                    f"{place.tell_arrival()}."
                )
                self.problems.append(place.mismatch(message, "shares"))
                return


def check_batch_norm(draft: Draft, shapes: NetworkShapes) -> list[GradtapeError]:
    """Statistics need more than one number, in the last batch too."""
    if draft.data is None:
        return []
    samples, batch = draft.data.sample_count, draft.batch_samples(draft.data)
    smallest = samples % batch or batch
    problems: list[GradtapeError] = []
    for index, layer in enumerate(draft.layers):
        inferred = shapes.layers[index]
        if layer is None or inferred is None:
            continue
        groups = layer.num_groups if isinstance(layer, GroupNormLayer) else 1
        if numbers_per_statistic(layer.kind, inferred.output, groups, smallest) == 1:
            counted = "group" if layer.kind == "group_norm" else "channel"
            message = (
                f"needs more than one number per {counted}, but the last batch has one sample: "
                f"{samples} samples in batches of {batch}. Use another batch_size."
            )
            problems.append(layer_problem(index, layer.kind, message, code="batch_too_small"))
    return problems


def _takes(layer: AnyLayer, count: int) -> bool:
    if layer.kind in MERGING_KINDS:
        return count >= 2
    return count in (1, len(NAMED_INPUTS.get(layer.kind, ())))


def _tell_source(source: int | None) -> str:
    return "the input" if source == INPUT else f"layers[{source}]"


def _initialization_problems(
    place: Place, layer: ParametricLayer, parameters: dict[str, Shape]
) -> list[GradtapeError]:
    return [
        place.mismatch(
            f"cannot fill its {name} of shape {format_shape(shape)} by {initialization.kind}, "
            'which needs two dimensions. Did you mean "normal"?',
            "init",
            filling_field(name),
            code="invalid_combination",
            suggestion="normal",
        )
        for name, shape in parameters.items()
        for initialization in (initialization_of(layer, name),)
        if isinstance(initialization, XavierInitialization | KaimingInitialization)
        and len(shape) < 2
    ]
