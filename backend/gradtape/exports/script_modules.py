"""Layers as torch's modules in the text of a program."""

from collections.abc import Mapping
from typing import Any

from gradtape.exports.script_calls import changed_options, shorten_sizes, write_call
from gradtape.spec import LayerShapes
from gradtape.spec.completion import OWN_FIELDS
from gradtape.spec.layers import AnyLayer
from gradtape.spec.layers.attention import MultiheadAttentionLayer, TransformerEncoderLayer
from gradtape.spec.layers.learned import EmbeddingLayer, LinearLayer
from gradtape.spec.layers.normalization import GroupNormLayer, LayerNormLayer
from gradtape.spec.layers.recurrent import RecurrentLayer

# torch's classes; of batch_norm and instance_norm it depends on what arrives.
CLASSES: Mapping[str, str] = {
    "linear": "nn.Linear",
    "embedding": "nn.Embedding",
    "conv1d": "nn.Conv1d",
    "conv2d": "nn.Conv2d",
    "conv3d": "nn.Conv3d",
    "rnn": "nn.RNN",
    "lstm": "LSTM",
    "gru": "nn.GRU",
    "multihead_attention": "nn.MultiheadAttention",
    "transformer_encoder_layer": "nn.TransformerEncoderLayer",
    "max_pool1d": "nn.MaxPool1d",
    "max_pool2d": "nn.MaxPool2d",
    "max_pool3d": "nn.MaxPool3d",
    "avg_pool1d": "nn.AvgPool1d",
    "avg_pool2d": "nn.AvgPool2d",
    "avg_pool3d": "nn.AvgPool3d",
    "adaptive_avg_pool1d": "nn.AdaptiveAvgPool1d",
    "adaptive_avg_pool2d": "nn.AdaptiveAvgPool2d",
    "adaptive_avg_pool3d": "nn.AdaptiveAvgPool3d",
    "flatten": "nn.Flatten",
    "relu": "nn.ReLU",
    "leaky_relu": "nn.LeakyReLU",
    "elu": "nn.ELU",
    "gelu": "nn.GELU",
    "silu": "nn.SiLU",
    "mish": "nn.Mish",
    "softplus": "nn.Softplus",
    "sigmoid": "nn.Sigmoid",
    "tanh": "nn.Tanh",
    "hardtanh": "nn.Hardtanh",
    "softmax": "nn.Softmax",
    "log_softmax": "nn.LogSoftmax",
    "dropout": "Dropout",
    "layer_norm": "nn.LayerNorm",
    "group_norm": "nn.GroupNorm",
}
BY_DIMENSIONS: Mapping[str, Mapping[int, str]] = {
    "batch_norm": {
        2: "nn.BatchNorm1d",
        3: "nn.BatchNorm1d",
        4: "nn.BatchNorm2d",
        5: "nn.BatchNorm3d",
    },
    "instance_norm": {3: "nn.InstanceNorm1d", 4: "nn.InstanceNorm2d", 5: "nn.InstanceNorm3d"},
}
OURS = ("kind", *OWN_FIELDS, "output", "is_causal")  # fields that torch's modules do not know
SAID = (  # fields that come as plain arguments, in torch's order, if they come at all
    *("in_features", "out_features", "in_channels", "out_channels", "kernel_size", "output_size"),
    *("dim", "dimensions", "p", "num_embeddings", "embedding_dim", "input_size", "hidden_size"),
    *("num_groups", "num_heads", "nhead"),
)
INFERRED = ("in_features", "in_channels", "input_size")
CHANNEL_KINDS = ("conv1d", "conv2d", "conv3d", "batch_norm", "instance_norm")


def write_module(layer: AnyLayer, shapes: LayerShapes) -> str:
    """`nn.Linear(2, 8)`"""
    arriving = shapes.inputs[0]
    by_dimensions = BY_DIMENSIONS.get(layer.kind)
    name = CLASSES[layer.kind] if by_dimensions is None else by_dimensions[len(arriving)]
    options = changed_options(layer, without=(*OURS, *SAID))
    return write_call(name, *_sizes(layer, shapes), **_layout(layer, shapes), **options)


def _sizes(layer: AnyLayer, shapes: LayerShapes) -> tuple[Any, ...]:
    """What torch takes first: sizes of what arrives, and what must be said."""
    arriving = shapes.inputs[0]
    match layer:
        case EmbeddingLayer():
            return shapes.parameters["weight"]
        case LayerNormLayer():
            return (list(arriving[-(layer.dimensions or len(arriving) - 1) :]),)
        case GroupNormLayer():
            return layer.num_groups, arriving[1]
        case LinearLayer():
            inferred = (arriving[-1],)
        case RecurrentLayer() | MultiheadAttentionLayer() | TransformerEncoderLayer():
            inferred = (arriving[2],)
        case _:
            inferred = (arriving[1],) if layer.kind in CHANNEL_KINDS else ()
    fields = [name for name in SAID if name in type(layer).model_fields and name not in INFERRED]
    return (*inferred, *(shorten_sizes(getattr(layer, name)) for name in fields))


def _layout(layer: AnyLayer, shapes: LayerShapes) -> dict[str, Any]:
    """What is always said where torch expects another order of dimensions, or other sizes."""
    match layer:
        case RecurrentLayer():
            return {"batch_first": True}
        case TransformerEncoderLayer():
            return {"dropout": 0.0, "batch_first": True}
        case MultiheadAttentionLayer():
            query, key, value = (shape[2] for shape in (shapes.inputs * 3)[:3])
            other = {} if query == key == value else {"kdim": key, "vdim": value}
            return {**other, "batch_first": True}
        case _:
            return {}
