"""The layers that a network is made of, one model per kind, with PyTorch's names and defaults.

Sizes of what arrives are inferred (layer_shapes.py); a layer says only what it makes of it.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from gradtape.spec.fields import check_kind_of
from gradtape.spec.layers.activations import (
    EluLayer,
    GeluLayer,
    HardtanhLayer,
    LeakyReluLayer,
    LogSoftmaxLayer,
    MishLayer,
    ReluLayer,
    SigmoidLayer,
    SiluLayer,
    SoftmaxLayer,
    SoftplusLayer,
    TanhLayer,
)
from gradtape.spec.layers.attention import (
    MultiheadAttentionLayer,
    TransformerEncoderLayer,
)
from gradtape.spec.layers.convolutions import (
    Conv1dLayer,
    Conv2dLayer,
    Conv3dLayer,
)
from gradtape.spec.layers.learned import (
    DropoutLayer,
    EmbeddingLayer,
    LinearLayer,
)
from gradtape.spec.layers.merging import (
    AddLayer,
    ConcatLayer,
    MultiplyLayer,
)
from gradtape.spec.layers.normalization import (
    BatchNormLayer,
    GroupNormLayer,
    InstanceNormLayer,
    LayerNormLayer,
)
from gradtape.spec.layers.pooling import (
    AdaptiveAvgPool1dLayer,
    AdaptiveAvgPool2dLayer,
    AdaptiveAvgPool3dLayer,
    AvgPool1dLayer,
    AvgPool2dLayer,
    AvgPool3dLayer,
    MaxPool1dLayer,
    MaxPool2dLayer,
    MaxPool3dLayer,
)
from gradtape.spec.layers.recurrent import (
    GruLayer,
    LstmLayer,
    RnnLayer,
)
from gradtape.spec.layers.shaping import (
    FlattenLayer,
    PermuteLayer,
    ReshapeLayer,
    SelectLayer,
)

AnyLayer = (
    LinearLayer
    | EmbeddingLayer
    | Conv1dLayer
    | Conv2dLayer
    | Conv3dLayer
    | RnnLayer
    | LstmLayer
    | GruLayer
    | MultiheadAttentionLayer
    | TransformerEncoderLayer
    | MaxPool1dLayer
    | MaxPool2dLayer
    | MaxPool3dLayer
    | AvgPool1dLayer
    | AvgPool2dLayer
    | AvgPool3dLayer
    | AdaptiveAvgPool1dLayer
    | AdaptiveAvgPool2dLayer
    | AdaptiveAvgPool3dLayer
    | FlattenLayer
    | ReshapeLayer
    | PermuteLayer
    | SelectLayer
    | ReluLayer
    | LeakyReluLayer
    | EluLayer
    | GeluLayer
    | SiluLayer
    | MishLayer
    | SoftplusLayer
    | SigmoidLayer
    | TanhLayer
    | HardtanhLayer
    | SoftmaxLayer
    | LogSoftmaxLayer
    | DropoutLayer
    | BatchNormLayer
    | LayerNormLayer
    | InstanceNormLayer
    | GroupNormLayer
    | AddLayer
    | MultiplyLayer
    | ConcatLayer
)
Layer = Annotated[
    Annotated[AnyLayer, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("layer", AnyLayer)),
]

MERGING_KINDS = ("add", "multiply", "concat")
"""They take two inputs or more."""

NAMED_INPUTS = {"multihead_attention": ("query", "key", "value")}
"""What several inputs are to a kind that takes one of each, or one for all."""
