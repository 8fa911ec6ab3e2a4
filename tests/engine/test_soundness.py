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

LINEAR = st.builds(
    lambda size, rest: {"kind": "linear", "out_features": size, **rest},
    SMALL,
    st.fixed_dictionaries({}, optional={"bias": st.booleans(), "init": INIT}),
)
CONV2D = st.builds(
    lambda channels, rest: {"kind": "conv2d", "out_channels": channels, **rest},
    SMALL,
    st.fixed_dictionaries(
        {"kernel_size": PAIR, "padding": st.integers(0, 2)},
        optional={"stride": PAIR, "dilation": PAIR, "groups": st.integers(1, 2), "init": INIT},
    ),
)
CONV1D = st.builds(
    lambda channels, size: {"kind": "conv1d", "out_channels": channels, "kernel_size": size},
    SMALL,
    SMALL,
)
POOLING = st.sampled_from(["max_pool2d", "avg_pool2d"]).flatmap(
    lambda kind: layer(
        kind,
        kernel_size=PAIR,
        stride=PAIR,
        padding=st.integers(0, 1),
        ceil_mode=st.booleans(),
    )
)
ANYWHERE = st.one_of(
    layer("softmax", dim=st.integers(-2, 1)),
    layer("dropout", p=st.sampled_from([0, 0.5, 1])),
    layer("batch_norm", affine=st.booleans(), momentum=st.none() | st.just(0.1)),
    layer("batch_norm", track_running_stats=st.booleans()),
    layer("layer_norm", dimensions=st.integers(1, 2), bias=st.booleans()),
    st.sampled_from(
        ["relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "mish", "softplus"]
    ).flatmap(layer),
    layer("log_softmax"),
    st.builds(
        lambda kind, inputs: {"kind": kind, "inputs": inputs},
        st.sampled_from(["add", "multiply", "concat"]),
        st.lists(st.sampled_from(["input", "relu", "conv2d"]), min_size=2, max_size=3),
    ),
)
NORMS = layer("group_norm", num_groups=st.integers(1, 3), affine=st.booleans()) | layer(
    "instance_norm", affine=st.booleans(), track_running_stats=st.booleans()
)
RECURRENT = st.builds(
    lambda kind, size, rest: {"kind": kind, "hidden_size": size, **rest},
    st.sampled_from(["rnn", "lstm", "gru"]),
    SMALL,
    st.fixed_dictionaries(
        {},
        optional={
            "num_layers": st.integers(1, 2),
            "bias": st.booleans(),
            "bidirectional": st.booleans(),
            "output": st.sampled_from(["sequence", "last"]),
            "init": INIT,
        },
    ),
)
ATTENTION = layer(
    "multihead_attention", num_heads=SMALL, is_causal=st.booleans(), bias=st.booleans(), init=INIT
) | layer(
    "transformer_encoder_layer",
    nhead=SMALL,
    dim_feedforward=SMALL,
    is_causal=st.booleans(),
    norm_first=st.booleans(),
    init=INIT,
)
LAYING_OUT = (
    layer("permute", dims=st.sampled_from([[0, 2, 1], [0, 1], [0, -1, 1]]))
    | layer("select", dim=st.integers(1, 2), index=st.integers(-2, 1))
    | layer("reshape", shape=st.sampled_from([[-1], [2, -1], [-1, 3], [6, 1, 3]]))
)
POOLING_1D = st.sampled_from(["max_pool1d", "avg_pool1d"]).flatmap(
    lambda kind: layer(
        kind,
        kernel_size=SMALL,
        stride=SMALL,
        padding=st.integers(0, 1),
        ceil_mode=st.booleans(),
    )
) | layer("adaptive_avg_pool1d", output_size=SMALL)
TRIPLE = SMALL | st.lists(SMALL, min_size=3, max_size=3)
ON_VOLUMES = (
    st.builds(
        lambda rest: {"kind": "conv3d", "out_channels": 2, **rest},
        st.fixed_dictionaries(
            {"kernel_size": TRIPLE, "padding": st.integers(0, 2)},
            optional={"stride": TRIPLE, "dilation": TRIPLE, "groups": st.integers(1, 2)},
        ),
    )
    | st.sampled_from(["max_pool3d", "avg_pool3d"]).flatmap(
        lambda kind: layer(kind, kernel_size=TRIPLE, stride=TRIPLE, ceil_mode=st.booleans())
    )
    | layer("adaptive_avg_pool3d", output_size=TRIPLE)
    | NORMS
)
ON_TOKENS = RECURRENT | ATTENTION | LAYING_OUT | LINEAR

ON_IMAGES = NORMS | CONV2D | POOLING | ANYWHERE | layer("flatten", start_dim=st.integers(1, 3))
ON_SEQUENCES = CONV1D | LINEAR | ANYWHERE | NORMS | RECURRENT | ATTENTION | LAYING_OUT | POOLING_1D
ON_POINTS = LINEAR | ANYWHERE | st.just({"kind": "linear", "shares": "linear"})

IMAGES = st.builds(
    lambda samples, shape: {"kind": "random_normal", "samples": samples, "features": shape},
    SAMPLES,
    st.sampled_from([[3, 6, 5], [1, 4, 4], [2, 5, 3]]),
) | SAMPLES.map(lambda samples: {"kind": "digits", "samples": samples, "layout": "images"})
SEQUENCES = SAMPLES.map(
    lambda samples: {"kind": "random_uniform", "samples": samples, "features": [3, 6]}
)
VOLUMES = SAMPLES.map(
    lambda samples: {"kind": "random_normal", "samples": samples, "features": [2, 4, 3, 5]}
)
TOKENS = SAMPLES.map(lambda samples: {"kind": "characters", "samples": samples, "length": 4})
POINTS = st.builds(
    lambda kind, samples: {"kind": kind, "samples": samples},
    st.sampled_from(
        ["moons", "circles", "xor", "spiral", "blobs", "linear_regression", "digits", "sine"]
    ),
    SAMPLES,
)

WIDTHS = {"digits": 10, "blobs": 3, "characters": 26}
CLASS_LOSSES = ("cross_entropy", "nll", "hinge")
LOSSES = ("mse", "l1", "huber", "smooth_l1", "bce", "bce_with_logits", *CLASS_LOSSES)


def width_for(data: dict[str, Any], loss: str) -> int:
    """How many outputs fit, most of the time."""
    two_classes = 2 if loss in CLASS_LOSSES and not data["kind"].startswith("random") else 1
    return WIDTHS.get(data["kind"], two_classes)


@st.composite
def likely_specs(draw: st.DrawFn) -> dict[str, Any]:
    data, layers = draw(
        st.sampled_from(
            [
                (IMAGES, ON_IMAGES),
                (SEQUENCES, ON_SEQUENCES),
                (VOLUMES, ON_VOLUMES),
                (TOKENS, ON_TOKENS),
                (POINTS, ON_POINTS),
            ]
        )
    )
    chosen, loss = draw(data), draw(st.sampled_from(LOSSES))
    first = [{"kind": "embedding", "embedding_dim": 4}] if data is TOKENS else []
    head = [{"kind": "flatten"}, {"kind": "linear", "out_features": width_for(chosen, loss)}]
    tail = [{"kind": "sigmoid"}] if loss == "bce" else []
    return {
        "dtype": draw(st.sampled_from(["float32", "float64"])),
        "device": "cpu",
        "data": chosen,
        "network": {"layers": [*first, *draw(st.lists(layers, max_size=4)), *head, *tail]},
        "loss": {"kind": loss, "reduction": draw(st.sampled_from(["mean", "sum"]))},
        "optimizer": {
            "kind": draw(st.sampled_from(["sgd", "adam", "adamw", "rmsprop", "adagrad"])),
            "lr": draw(st.sampled_from([0, 1e-3, 1e9])),
        },
        "batch_size": draw(st.none() | st.integers(1, 13)),
    }


@settings(
    max_examples=120, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
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
