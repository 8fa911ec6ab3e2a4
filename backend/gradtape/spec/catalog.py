"""Everything that a spec can be made of, described for forms and scripts.

Read from the models themselves: titles, docstrings, annotations, ranges and defaults.
"""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from gradtape.spec.augmentation import Augmentation
from gradtape.spec.data import AnyData
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.fields import Choice, FormControl, Part, kind_of, models_of
from gradtape.spec.initializations import AnyInitialization
from gradtape.spec.layers import MERGING_KINDS, NAMED_INPUTS, AnyLayer
from gradtape.spec.layers.base import LayerBase, ParametricLayer
from gradtape.spec.losses import AnyLoss
from gradtape.spec.mnist_format import NO_IMAGE_SETS
from gradtape.spec.optimizers import AnyOptimizer
from gradtape.spec.regularization import Regularization
from gradtape.spec.schedules import AnySchedule
from gradtape.spec.validation import Validation

ParameterType = Literal[
    "integer",
    "number",
    "boolean",
    "choice",
    "text",
    "long_text",
    "pair",
    "triple",
    "number_pair",
    "shape",
    "values",
    "layer",
    "initializations",
]
"""How a form shows a parameter.

`pair` is two integers, `triple` three, `shape` one or more, `values` nested lists, `long_text` has
lines, `layer` is the name of an earlier layer of the same kind, `initializations` one each for
weight and bias."""


class CatalogParameter(Part, frozen=True):
    """One thing that can be set.

    `minimum` and `maximum` hold for each number of a pair or shape.
    """

    name: str
    description: str
    type: ParameterType
    required: bool
    nullable: bool
    default: JsonValue
    minimum: float | None
    maximum: float | None
    maximum_excluded: bool
    choices: tuple[str, ...] | None


class CatalogEntry(Part, frozen=True):
    """One kind of layer, loss, optimizer, schedule, data set or initialization.

    `input_names` says what each input is, where a layer takes one of each, or one for all.
    `unavailable` says why it cannot be used on this server, where it cannot.
    """

    kind: str
    title: str
    description: str
    merges: bool
    input_names: tuple[str, ...]
    has_parameters: bool
    parameters: tuple[CatalogParameter, ...]
    unavailable: str | None = None


class Catalog(Part, frozen=True):
    """Every kind there is, and the settings of an experiment as a whole."""

    layers: tuple[CatalogEntry, ...]
    losses: tuple[CatalogEntry, ...]
    optimizers: tuple[CatalogEntry, ...]
    schedules: tuple[CatalogEntry, ...]
    data: tuple[CatalogEntry, ...]
    initializations: tuple[CatalogEntry, ...]
    regularization: tuple[CatalogParameter, ...]
    validation: tuple[CatalogParameter, ...]
    augmentation: tuple[CatalogParameter, ...]
    experiment: tuple[CatalogParameter, ...]


def catalog(image_sets: tuple[str, ...] = ()) -> Catalog:
    """Describe everything that a spec can be made of.

    Args:
        image_sets: the names of those that there are on this server.
    """
    return Catalog(
        layers=_describe_kinds(AnyLayer),
        losses=_describe_kinds(AnyLoss),
        optimizers=_describe_kinds(AnyOptimizer),
        schedules=_describe_kinds(AnySchedule),
        data=tuple(_with_sets(entry, image_sets) for entry in _describe_kinds(AnyData)),
        initializations=_describe_kinds(AnyInitialization),
        regularization=tuple(_describe_fields(Regularization, ())),
        validation=tuple(_describe_fields(Validation, ())),
        augmentation=tuple(_describe_fields(Augmentation, ())),
        experiment=tuple(_describe_fields(ExperimentSpec, EXPERIMENT_PARTS)),
    )


EXPERIMENT_PARTS = (
    *("data", "augmentation", "validation", "network", "loss"),
    *("optimizer", "schedule", "regularization"),
)
LAYER_WIRING = ("kind", "name", "inputs")  # the same for all layers; a form shows them elsewhere


def _describe_kinds(union: Any) -> tuple[CatalogEntry, ...]:
    return tuple(_describe_kind(model) for model in models_of(union))


def _describe_kind(model: type[Choice]) -> CatalogEntry:
    kind = kind_of(model)
    hidden = LAYER_WIRING if issubclass(model, LayerBase) else ("kind",)
    return CatalogEntry(
        kind=kind,
        title=model.title,
        description=" ".join((model.__doc__ or "").split()),
        merges=kind in MERGING_KINDS,
        input_names=NAMED_INPUTS.get(kind, ()),
        has_parameters=issubclass(model, ParametricLayer),
        parameters=tuple(_describe_fields(model, hidden)),
    )


def _with_sets(entry: CatalogEntry, image_sets: tuple[str, ...]) -> CatalogEntry:
    """The entry; that of the server's images names them, or says that there are none."""
    if entry.kind != "mnist_format":
        return entry
    if not image_sets:
        return entry.model_copy(update={"unavailable": NO_IMAGE_SETS})
    which, *others = entry.parameters
    named = which.model_copy(update={"type": "choice", "choices": image_sets})
    return entry.model_copy(update={"parameters": (named, *others)})


def _describe_fields(model: type[BaseModel], hidden: tuple[str, ...]) -> Iterator[CatalogParameter]:
    own_first = sorted(model.model_fields.items(), key=lambda item: item[0] in ("init", "shares"))
    for name, field in own_first:
        if name not in hidden:
            yield _describe_field(name, field)


def _describe_field(name: str, field: FieldInfo) -> CatalogParameter:
    facts = _Facts(field)
    default = (
        None if field.is_required() else _to_json(field.get_default(call_default_factory=True))
    )
    return CatalogParameter(
        name=name,
        description=field.description or "",
        type=facts.type,
        required=field.is_required(),
        nullable=facts.nullable,
        default=default,
        minimum=facts.minimum,
        maximum=facts.maximum,
        maximum_excluded=facts.maximum_excluded,
        choices=facts.choices,
    )


def _to_json(default: Any) -> JsonValue:
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json")
    return list(cast(tuple[JsonValue, ...], default)) if isinstance(default, tuple) else default


class _Facts:
    """What an annotation says, whatever it is wrapped in."""

    def __init__(self, field: FieldInfo) -> None:
        self.nullable = False
        self.minimum: float | None = None
        self.maximum: float | None = None
        self.maximum_excluded = False
        self.choices: tuple[str, ...] | None = None
        self._control: str | None = None
        self._base: Any = None
        self._read_metadata(field.metadata)
        self._read(field.annotation)

    @property
    def type(self) -> ParameterType:
        """How a form shows it."""
        if self._control is not None:
            return self._control  # type: ignore[return-value]
        names: dict[Any, ParameterType] = {
            bool: "boolean",
            int: "integer",
            float: "number",
            str: "text",
        }
        return "choice" if self.choices is not None else names[self._base]

    def _read(self, annotation: Any) -> None:
        origin = get_origin(annotation)
        if origin is Annotated:
            inner, *metadata = get_args(annotation)
            self._read_metadata(metadata)
            self._read(inner)
        elif origin in (UnionType, Union):
            self.nullable = True
            for member in get_args(annotation):
                if member is not NoneType:
                    self._read(member)
        elif origin is Literal:
            self.choices = get_args(annotation)
        elif origin is tuple:
            self._read(get_args(annotation)[0])
        else:
            self._base = annotation

    def _read_metadata(self, metadata: list[Any]) -> None:
        for fact in metadata:
            match fact:
                case Ge(ge=bound) | Gt(gt=bound):
                    self.minimum = float(bound)  # type: ignore[arg-type]
                case Le(le=bound):
                    self.maximum = float(bound)  # type: ignore[arg-type]
                case Lt(lt=bound):
                    self.maximum = float(bound)  # type: ignore[arg-type]
                    self.maximum_excluded = True
                case FormControl(name=name):
                    self._control = name
                case FieldInfo():
                    self._read_metadata(fact.metadata)
                case _:
                    pass  # validators and schemas say nothing to a form
