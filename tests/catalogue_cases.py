"""A small experiment for each kind of layer, loss and data that came with the whole catalogue."""

from typing import Any

Raw = dict[str, Any]

SAMPLES = 6
SEQUENCE: Raw = {"kind": "random_normal", "samples": SAMPLES, "features": [5, 4]}
CHANNELS: Raw = {"kind": "random_normal", "samples": SAMPLES, "features": [4, 9]}
IMAGE: Raw = {"kind": "random_normal", "samples": SAMPLES, "features": [4, 7, 6]}
VOLUME: Raw = {"kind": "random_normal", "samples": SAMPLES, "features": [2, 5, 6, 4]}
CHARACTERS: Raw = {"kind": "characters", "samples": SAMPLES, "length": 5}
COPY: Raw = {"kind": "sequences", "samples": SAMPLES, "length": 3}
ADD: Raw = {"kind": "sequences", "samples": SAMPLES, "task": "add", "length": 4}
TABLE: Raw = {
    "kind": "csv",
    "text": "width,colour,kind\n1.5,red,a\n2.5,blue,b\n0.5,red,a\n4,green,c\n",
}


def linear(outputs: int, **fields: Any) -> Raw:
    """A raw linear layer."""
    return {"kind": "linear", "out_features": outputs, **fields}


def experiment(data: Raw, *layers: Raw, loss: Raw | None = None, **parts: Any) -> Raw:
    """A raw spec."""
    return {
        "data": data,
        "network": {"layers": list(layers)},
        "loss": loss or {"kind": "mse"},
        "optimizer": {"kind": "sgd", "lr": 0.05},
        "device": "cpu",
        **parts,
    }


def layered(data: Raw, *layers: Raw) -> Raw:
    """One number per sample comes out; the layer that is meant is called `it`."""
    named = [{**layers[-1], "name": "it"}]
    return experiment(data, *layers[:-1], *named, {"kind": "flatten", "name": "flat"}, linear(1))


EMBEDDING: Raw = {"kind": "embedding", "embedding_dim": 4}
ATTENTION: Raw = {"kind": "multihead_attention", "num_heads": 2}
ENCODER: Raw = {"kind": "transformer_encoder_layer", "nhead": 2, "dim_feedforward": 6}

LAYERS: dict[str, Raw] = {
    "embedding": experiment(
        CHARACTERS,
        {**EMBEDDING, "name": "it"},
        {"kind": "flatten"},
        linear(26),
        loss={"kind": "cross_entropy"},
    ),
    "conv1d": layered(
        CHANNELS,
        {
            "kind": "conv1d",
            "out_channels": 6,
            "stride": 2,
            "padding": 2,
            "dilation": 2,
            "groups": 2,
        },
    ),
    "conv2d": layered(
        IMAGE,
        {
            "kind": "conv2d",
            "out_channels": 6,
            "kernel_size": [3, 2],
            "stride": [2, 1],
            "padding": [1, 0],
            "dilation": [1, 2],
            "groups": 2,
        },
    ),
    "conv3d": layered(
        VOLUME,
        {
            "kind": "conv3d",
            "out_channels": 4,
            "kernel_size": [3, 2, 1],
            "groups": 2,
            "stride": [1, 2, 1],
            "padding": [1, 0, 1],
            "dilation": [2, 1, 1],
            "bias": False,
        },
    ),
    "rnn": layered(SEQUENCE, {"kind": "rnn", "hidden_size": 3}),
    "rnn relu": layered(
        SEQUENCE,
        {"kind": "rnn", "hidden_size": 3, "nonlinearity": "relu", "bias": False, "output": "last"},
    ),
    "lstm": layered(SEQUENCE, {"kind": "lstm", "hidden_size": 3}),
    "lstm both ways": layered(
        SEQUENCE,
        {
            "kind": "lstm",
            "hidden_size": 3,
            "num_layers": 2,
            "bidirectional": True,
            "output": "last",
        },
    ),
    "gru": layered(SEQUENCE, {"kind": "gru", "hidden_size": 3, "output": "last"}),
    "gru both ways": layered(
        SEQUENCE,
        {
            "kind": "gru",
            "hidden_size": 3,
            "num_layers": 2,
            "bidirectional": True,
            "output": "last",
        },
    ),
    "attention": layered(SEQUENCE, ATTENTION),
    "causal attention": layered(SEQUENCE, {**ATTENTION, "is_causal": True, "bias": False}),
    "attention of three": layered(
        SEQUENCE,
        {"kind": "gru", "name": "asks", "hidden_size": 6},
        linear(3, name="tells"),
        {**ATTENTION, "inputs": ["asks", "tells", "input"]},
    ),
    "encoder": layered(SEQUENCE, ENCODER),
    "causal encoder": layered(
        SEQUENCE, {**ENCODER, "is_causal": True, "norm_first": True, "activation": "gelu"}
    ),
    "max_pool1d": layered(
        CHANNELS,
        linear(9),
        {"kind": "max_pool1d", "kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    ),
    "max_pool2d": layered(IMAGE, linear(6), {"kind": "max_pool2d", "dilation": 2}),
    "max_pool3d": layered(VOLUME, linear(4), {"kind": "max_pool3d", "padding": [1, 0, 1]}),
    "avg_pool1d": layered(
        CHANNELS, linear(9), {"kind": "avg_pool1d", "padding": 1, "count_include_pad": False}
    ),
    "avg_pool2d": layered(IMAGE, linear(6), {"kind": "avg_pool2d", "ceil_mode": True}),
    "avg_pool3d": layered(VOLUME, linear(4), {"kind": "avg_pool3d", "stride": 1}),
    "adaptive_avg_pool1d": layered(
        CHANNELS, linear(9), {"kind": "adaptive_avg_pool1d", "output_size": 4}
    ),
    "adaptive_avg_pool2d": layered(
        IMAGE, linear(6), {"kind": "adaptive_avg_pool2d", "output_size": [3, 2]}
    ),
    "adaptive_avg_pool3d": layered(VOLUME, linear(4), {"kind": "adaptive_avg_pool3d"}),
    "flatten": layered(IMAGE, linear(6), {"kind": "flatten", "start_dim": 2}),
    "reshape": layered(IMAGE, linear(6), {"kind": "reshape", "shape": [7, 2, -1]}),
    "permute": layered(IMAGE, linear(6), {"kind": "permute", "dims": [0, 3, 1, 2]}),
    "select": layered(IMAGE, linear(6), {"kind": "select", "dim": 2, "index": -2}),
    "batch_norm": layered(VOLUME, {"kind": "batch_norm"}),
    "layer_norm": layered(SEQUENCE, {"kind": "layer_norm", "dimensions": 1}),
    "instance_norm": layered(
        CHANNELS, {"kind": "instance_norm", "affine": True, "track_running_stats": True}
    ),
    "instance_norm2d": layered(IMAGE, linear(6), {"kind": "instance_norm", "eps": 1e-3}),
    "instance_norm3d": layered(VOLUME, {"kind": "instance_norm", "affine": True}),
    "group_norm": layered(IMAGE, {"kind": "group_norm", "num_groups": 2}),
    **{
        kind: layered(SEQUENCE, linear(4), {"kind": kind, **fields})
        for kind, fields in {
            "relu": {},
            "leaky_relu": {"negative_slope": 0.3},
            "elu": {"alpha": 0.7},
            "gelu": {"approximate": "tanh"},
            "silu": {},
            "mish": {},
            "softplus": {"beta": 2.0, "threshold": 1.0},
            "sigmoid": {},
            "tanh": {},
            "hardtanh": {"min_val": -0.5, "max_val": 0.7},
            "softmax": {"dim": 1},
            "log_softmax": {},
        }.items()
    },
    "linear": layered(SEQUENCE, linear(3, bias=False)),
    "add": layered(SEQUENCE, linear(4), {"kind": "add", "inputs": ["linear", "input"]}),
    "multiply": layered(SEQUENCE, linear(4), {"kind": "multiply", "inputs": ["linear", "input"]}),
    "concat": layered(SEQUENCE, linear(4), {"kind": "concat", "inputs": ["linear", "input"]}),
}

PLANE: Raw = {"kind": "moons", "samples": SAMPLES}
NUMBERS: Raw = {"kind": "random_normal", "samples": SAMPLES, "features": 3, "targets": 2}
LOG_SHARES: Raw = {"kind": "log_softmax"}

LOSSES: dict[str, Raw] = {
    "mse": experiment(NUMBERS, linear(2)),
    "l1": experiment(NUMBERS, linear(2), loss={"kind": "l1", "reduction": "sum"}),
    "huber": experiment(NUMBERS, linear(2), loss={"kind": "huber", "delta": 0.5}),
    "smooth_l1": experiment(NUMBERS, linear(2), loss={"kind": "smooth_l1", "beta": 0.5}),
    "cosine": experiment(NUMBERS, linear(2), loss={"kind": "cosine"}),
    "bce": experiment(PLANE, linear(1), {"kind": "sigmoid"}, loss={"kind": "bce"}),
    "bce_with_logits": experiment(PLANE, linear(1), loss={"kind": "bce_with_logits"}),
    "cross_entropy": experiment(PLANE, linear(2), loss={"kind": "cross_entropy"}),
    "nll": experiment(PLANE, linear(2), LOG_SHARES, loss={"kind": "nll"}),
    "hinge": experiment(PLANE, linear(2), loss={"kind": "hinge", "p": 2, "margin": 0.5}),
    "kl_div": experiment(PLANE, linear(2), LOG_SHARES, loss={"kind": "kl_div"}),
    "ctc": experiment(COPY, EMBEDDING, linear(5), LOG_SHARES, loss={"kind": "ctc"}),
}

CLASSES: Raw = {"kind": "cross_entropy"}

DATA: dict[str, Raw] = {
    "sine": experiment(
        {"kind": "sine", "samples": SAMPLES}, linear(3), {"kind": "tanh"}, linear(1)
    ),
    "mixture": experiment(
        {"kind": "gaussian_mixture", "samples": SAMPLES, "features": 3, "classes": 3},
        linear(3),
        loss=CLASSES,
    ),
    "table of classes": experiment(TABLE, linear(3), loss=CLASSES),
    "table of numbers": experiment(
        {**TABLE, "target": "width", "class_columns": "kind", "standardize": False}, linear(1)
    ),
    "table of two classes": experiment(
        {"kind": "csv", "text": "a,b,y\n1,5,0\n2,5,1\n3,5,1\n", "class_columns": ["y"]},
        linear(1),
        loss={"kind": "bce_with_logits"},
    ),
    "each character": experiment(
        {**CHARACTERS, "targets": "each", "text": "a tape is a tape"},
        EMBEDDING,
        {"kind": "gru", "hidden_size": 4},
        linear(7),
        {"kind": "permute"},
        loss=CLASSES,
        batch_size=4,
    ),
    "each character one-hot": experiment(
        {**CHARACTERS, "targets": "each"}, EMBEDDING, linear(26), loss={"kind": "mse"}
    ),
    "copies": experiment(COPY, EMBEDDING, linear(5), {"kind": "permute"}, loss=CLASSES),
    "sums": experiment(ADD, {"kind": "rnn", "hidden_size": 3, "output": "last"}, linear(1)),
    "own tokens": experiment(
        {"kind": "inline", "x": [[0, 2], [1, 1], [2, 0]], "y": [1, 0.5, 0], "tokens": True},
        EMBEDDING,
        {"kind": "flatten"},
        linear(1),
    ),
    "random shares": experiment(NUMBERS, linear(2), LOG_SHARES, loss={"kind": "kl_div"}),
}

SHARED: dict[str, Raw] = {
    "recurrence twice": experiment(
        SEQUENCE,
        {"kind": "gru", "name": "gru1", "hidden_size": 4},
        {"kind": "gru", "name": "gru2", "shares": "gru1"},
        {**ATTENTION, "name": "look1", "is_causal": True},
        {**ATTENTION, "name": "look2", "shares": "look1", "is_causal": True},
        {"kind": "flatten"},
        linear(1),
    ),
    "names that attention uses": experiment(
        SEQUENCE,
        linear(4, name="causal_mask"),
        {**ENCODER, "name": "x", "is_causal": True},
        {"kind": "lstm", "name": "self", "hidden_size": 2, "output": "last"},
        linear(1),
    ),
}

CASES: dict[str, Raw] = {**LAYERS, **LOSSES, **DATA, **SHARED}
