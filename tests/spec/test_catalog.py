import json
from typing import Any

import pytest

from gradtape.spec import CatalogEntry, CatalogParameter, catalog
from tests.spec.raw_specs import MOONS, image_spec, linear, problems_of, raw_spec


def parameter(group: str, kind: str, name: str) -> CatalogParameter:
    entries: tuple[CatalogEntry, ...] = getattr(catalog(), group)
    entry = next(entry for entry in entries if entry.kind == kind)
    return next(each for each in entry.parameters if each.name == name)


ENTRIES = [
    (group, entry)
    for group in ("layers", "losses", "optimizers", "schedules", "data", "initializations")
    for entry in getattr(catalog(), group)
]


def test_the_catalogue_has_every_kind_that_is_promised() -> None:
    kinds = {group: [] for group, _ in ENTRIES}
    for group, entry in ENTRIES:
        kinds[group].append(entry.kind)
    assert kinds["losses"] == [
        *("mse", "l1", "huber", "smooth_l1", "cosine", "bce", "bce_with_logits"),
        *("cross_entropy", "nll", "hinge", "kl_div", "ctc"),
    ]
    assert kinds["optimizers"] == [
        *("sgd", "adam", "adamw", "rmsprop", "adagrad", "adamax", "nadam", "radam"),
        *("sgd_by_hand", "lbfgs"),
    ]
    assert kinds["schedules"] == [
        *("none", "step", "multi_step", "exponential", "cosine", "warm_restarts", "one_cycle"),
        *("plateau", "linear_warmup"),
    ]
    assert set(kinds["data"]) == {
        *("inline", "random_normal", "random_uniform", "linear_regression", "xor", "circles"),
        *("moons", "spiral", "blobs", "digits", "sine", "gaussian_mixture", "csv"),
        *("characters", "sequences", "mnist_format"),
    }
    assert set(kinds["layers"]) >= {
        *("conv3d", "max_pool1d", "max_pool3d", "avg_pool1d", "avg_pool3d"),
        *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "embedding"),
        *("rnn", "lstm", "gru", "multihead_attention", "transformer_encoder_layer"),
        *("instance_norm", "group_norm", "reshape", "permute", "select"),
        *("softplus", "mish", "hardtanh"),
        *("linear", "conv1d", "conv2d", "max_pool2d", "avg_pool2d", "flatten", "relu"),
        *("leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softmax", "dropout"),
        *("batch_norm", "layer_norm", "add", "multiply", "concat"),
    }
    assert set(kinds["initializations"]) == {
        *("default", "zeros", "constant", "normal", "uniform", "xavier", "kaiming"),
    }


def test_the_servers_image_sets_are_a_choice_or_said_to_be_absent() -> None:
    absent, present = catalog(), catalog(("kmnist", "mnist"))
    (without,) = [entry for entry in absent.data if entry.unavailable is not None]
    assert without.kind == "mnist_format"
    assert "gradtape serve --images FOLDER" in str(without.unavailable)
    (entry,) = [entry for entry in present.data if entry.kind == without.kind]
    assert entry.unavailable is None
    assert (entry.parameters[0].name, entry.parameters[0].type) == ("images", "choice")
    assert entry.parameters[0].choices == ("kmnist", "mnist")


@pytest.mark.parametrize("name", ["", ".", "..", "../mnist", "/etc", "a/b", "MNIST", "a\n", "é"])
def test_an_image_set_is_named_plainly_and_never_by_a_path(name: str) -> None:
    raw = raw_spec(data={"kind": "mnist_format", "images": name})
    assert problems_of(raw)[0].path == "data.images"


@pytest.mark.parametrize(("group", "entry"), ENTRIES)
def test_everything_is_titled_and_described_in_a_sentence(group: str, entry: CatalogEntry) -> None:
    assert entry.title, group
    assert entry.description.endswith((".", ")"))
    for each in entry.parameters:
        assert each.description.endswith("."), each.name
        assert (each.type == "choice") == (each.choices is not None)
        assert each.required or each.nullable or each.default is not None


def test_a_number_is_described_with_its_range_and_default() -> None:
    assert parameter("layers", "dropout", "p").model_dump() == {
        "name": "p",
        "description": "The chance of each number to be zeroed.",
        "type": "number",
        "required": False,
        "nullable": False,
        "default": 0.5,
        "minimum": 0.0,
        "maximum": 1.0,
        "maximum_excluded": False,
        "choices": None,
    }


@pytest.mark.parametrize(
    ("group", "kind", "name", "type_"),
    [
        ("layers", "linear", "out_features", "integer"),
        ("layers", "linear", "bias", "boolean"),
        ("layers", "linear", "shares", "layer"),
        ("layers", "linear", "init", "initializations"),
        ("layers", "conv2d", "kernel_size", "pair"),
        ("layers", "conv3d", "kernel_size", "triple"),
        ("layers", "permute", "dims", "shape"),
        ("data", "csv", "text", "long_text"),
        ("data", "csv", "class_columns", "text"),
        ("layers", "gelu", "approximate", "choice"),
        ("optimizers", "adam", "betas", "number_pair"),
        ("optimizers", "sgd", "lr", "number"),
        ("data", "random_normal", "features", "shape"),
        ("data", "inline", "x", "values"),
        ("losses", "mse", "reduction", "choice"),
    ],
)
def test_each_type_tells_a_form_what_to_show(group: str, kind: str, name: str, type_: str) -> None:
    assert parameter(group, kind, name).type == type_


def test_a_pair_has_the_range_of_its_numbers() -> None:
    betas = parameter("optimizers", "adam", "betas")
    assert (betas.minimum, betas.maximum, betas.maximum_excluded) == (0, 1, True)
    assert betas.default == [0.9, 0.999]


def test_names_and_wiring_are_no_parameters() -> None:
    for entry in catalog().layers:
        names = {each.name for each in entry.parameters}
        assert not names & {"kind", "name", "inputs"}


def test_layers_tell_whether_they_merge_and_whether_they_learn() -> None:
    facts = {entry.kind: (entry.merges, entry.has_parameters) for entry in catalog().layers}
    assert facts["add"] == (True, False)
    assert facts["linear"] == (False, True)
    assert facts["relu"] == (False, False)


def test_the_experiment_itself_is_described() -> None:
    names = [each.name for each in catalog().experiment]
    assert names == [
        *("name", "seed", "device", "dtype", "autocast", "batch_size", "shuffle"),
        "update_norms_every",
    ]


NAMES = {"losses": "loss", "optimizers": "optimizer", "schedules": "schedule", "data": "data"}


def raw_with(group: str, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A spec that is right apart from one part of this kind with these fields."""
    part = {"kind": kind, **fields}
    if group == "layers":
        return image_spec(part)
    if group == "initializations":
        return raw_spec(linear(1, init={"weight": part}))
    name = NAMES[group]
    return {**raw_spec(linear(1), data=MOONS), name: part}


RANGES = [
    (group, entry.kind, each, bound)
    for group, entry in ENTRIES
    for each in entry.parameters
    for bound in ("minimum", "maximum")
    if getattr(each, bound) is not None
]


@pytest.mark.parametrize(
    ("group", "kind", "described", "bound"),
    RANGES,
    ids=[f"{kind}-{each.name}-{bound}" for _, kind, each, bound in RANGES],
)
def test_what_lies_outside_a_described_range_is_refused(
    group: str, kind: str, described: CatalogParameter, bound: str
) -> None:
    limit = getattr(described, bound)
    integral = described.type in ("integer", "pair", "triple", "shape")
    beyond = 1 if integral else abs(limit) or 1
    value = limit + beyond if bound == "maximum" else limit - beyond
    value = int(value) if integral else value
    raw = raw_with(group, kind, {described.name: value})
    told = {problem.path.rpartition(".")[2] for problem in problems_of(raw) if problem.path}
    assert described.name in {name.partition("[")[0] for name in told}


def test_the_catalogue_is_plain_json() -> None:
    text = json.dumps(catalog().model_dump(mode="json"), allow_nan=False)
    assert json.loads(text)["layers"][0]["kind"] == "linear"
