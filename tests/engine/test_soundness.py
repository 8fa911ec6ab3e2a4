"""What parse_spec lets through can be built and trained; hypothesis looks for a counterexample."""

import math
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradtape.errors import InvalidSpec
from gradtape.spec import parse_spec
from tests.engine.built_parts import build_parts

SMALL = st.integers(1, 4)
PAIR = SMALL | st.lists(SMALL, min_size=2, max_size=2)
SAMPLES = st.integers(1, 12)


def layer(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind)}, optional=fields)


FILLING = st.sampled_from(["default", "zeros", "normal", "uniform", "xavier", "kaiming"])
INIT = st.fixed_dictionaries({"weight": st.fixed_dictionaries({"kind": FILLING})})

LAYERS = st.one_of(
    st.builds(
        lambda size, rest: {"kind": "linear", "out_features": size, **rest},
        SMALL,
        st.fixed_dictionaries({}, optional={"bias": st.booleans(), "init": INIT}),
    ),
    st.builds(
        lambda kind, channels, rest: {"kind": kind, "out_channels": channels, **rest},
        st.just("conv2d"),
        SMALL,
        st.fixed_dictionaries(
            {},
            optional={
                "kernel_size": PAIR,
                "stride": PAIR,
                "padding": st.integers(0, 2),
                "dilation": PAIR,
                "groups": st.integers(1, 2),
            },
        ),
    ),
    st.builds(
        lambda channels, size: {"kind": "conv1d", "out_channels": channels, "kernel_size": size},
        SMALL,
        SMALL,
    ),
    layer("max_pool2d", kernel_size=PAIR, stride=PAIR, padding=SMALL, ceil_mode=st.booleans()),
    layer("avg_pool2d", kernel_size=PAIR, stride=PAIR, padding=SMALL, ceil_mode=st.booleans()),
    layer("flatten", start_dim=st.integers(-3, 3), end_dim=st.integers(-3, 3)),
    layer("softmax", dim=st.integers(-4, 3)),
    layer("dropout", p=st.sampled_from([0, 0.5, 1])),
    layer("batch_norm", affine=st.booleans(), momentum=st.none() | st.just(0.1)),
    layer("batch_norm", track_running_stats=st.booleans()),
    layer("layer_norm", dimensions=st.integers(1, 4), bias=st.booleans()),
    st.sampled_from(["relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "log_softmax"])
    .map(lambda kind: {"kind": kind}),
    st.builds(
        lambda kind, inputs: {"kind": kind, "inputs": inputs},
        st.sampled_from(["add", "multiply", "concat"]),
        st.lists(st.sampled_from(["input", "linear", "conv2d", "relu", "flatten"]), min_size=2,
                 max_size=3),
    ),
    st.just({"kind": "linear", "shares": "linear"}),
)  # fmt: skip

DATA = st.one_of(
    st.builds(
        lambda kind, samples, features, targets: {
            "kind": kind,
            "samples": samples,
            "features": features,
            "targets": targets,
        },
        st.sampled_from(["random_normal", "random_uniform"]),
        SAMPLES,
        st.sampled_from([1, 3, [3, 4], [1, 4, 4], [2, 5, 3]]),
        SMALL,
    ),
    st.builds(
        lambda kind, samples: {"kind": kind, "samples": samples},
        st.sampled_from(["moons", "circles", "xor", "spiral", "linear_regression"]),
        SAMPLES,
    ),
    st.builds(
        lambda kind, samples, classes: {"kind": kind, "samples": samples, "classes": classes},
        st.sampled_from(["blobs", "spiral"]),
        SAMPLES,
        st.integers(2, 4),
    ),
    st.builds(
        lambda samples, layout: {"kind": "digits", "samples": samples, "layout": layout},
        SAMPLES,
        st.sampled_from(["flat", "images"]),
    ),
)

TAILS: list[list[dict[str, Any]]] = [[], [{"kind": "sigmoid"}], [{"kind": "softmax"}]]


@st.composite
def likely_specs(draw: st.DrawFn) -> dict[str, Any]:
    head = [
        {"kind": "flatten"},
        {"kind": "linear", "out_features": draw(st.integers(1, 4) | st.just(10))},
    ]
    layers = [*draw(st.lists(LAYERS, max_size=4)), *head, *draw(st.sampled_from(TAILS))]
    return {
        "dtype": draw(st.sampled_from(["float32", "float64"])),
        "device": "cpu",
        "data": draw(DATA),
        "network": {"layers": layers},
        "loss": {
            "kind": draw(
                st.sampled_from(["mse", "l1", "bce", "bce_with_logits", "cross_entropy", "nll"])
            ),
            "reduction": draw(st.sampled_from(["mean", "sum"])),
        },
        "optimizer": {
            "kind": draw(st.sampled_from(["sgd", "adam", "adamw", "rmsprop", "adagrad"])),
            "lr": draw(st.sampled_from([0, 1e-3, 1e9])),
        },
        "batch_size": draw(st.none() | st.integers(1, 13)),
    }


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(likely_specs())
def test_what_is_accepted_can_be_trained(raw: dict[str, Any]) -> None:
    try:
        spec = parse_spec(raw)
    except InvalidSpec:
        assume(False)
        return
    # A learning rate of 1e9 makes numbers infinite, which is data; bce alone refuses NaN.
    calm = spec.optimizer.lr < 1 or spec.loss.kind != "bce"
    losses = build_parts(raw).train(3 if calm else 1)
    assert not math.isnan(losses[0])
