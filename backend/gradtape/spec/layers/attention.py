"""Layers in which every place of a sequence looks at the others."""

from typing import ClassVar, Literal

from pydantic import Field

from gradtape.spec.fields import Count, NonNegative
from gradtape.spec.layers.base import ParametricLayer


class MultiheadAttentionLayer(ParametricLayer, frozen=True):
    """Each query takes a mean of the values, weighted by how well their keys fit it.

    One input is query, key and value at once (self-attention); three are one each. All have the
    shape (samples, length, features).
    """

    title: ClassVar[str] = "Multi-head attention"
    kind: Literal["multihead_attention"]
    num_heads: Count = Field(
        default=1, description="How many look side by side; they divide the query's features."
    )
    bias: bool = Field(default=True, description="Whether learned biases are added.")
    is_causal: bool = Field(
        default=False, description="Whether each place sees only itself and those before it."
    )


class TransformerEncoderLayer(ParametricLayer, frozen=True):
    """Self-attention, then two linear layers, each with a skip connection and a normalization.

    Without dropout, which PyTorch's has: put dropout layers where they are wanted.
    """

    title: ClassVar[str] = "Transformer encoder layer"
    kind: Literal["transformer_encoder_layer"]
    nhead: Count = Field(
        default=1, description="How many look side by side; they divide the features."
    )
    dim_feedforward: Count = Field(
        default=2048, description="How many outputs the first of the linear layers has."
    )
    activation: Literal["relu", "gelu"] = Field(
        default="relu", description="Between the two linear layers."
    )
    layer_norm_eps: NonNegative = Field(
        default=1e-5, description="Added to the variance before the root."
    )
    norm_first: bool = Field(
        default=False, description="Whether it normalizes before each part, and not after it."
    )
    bias: bool = Field(default=True, description="Whether learned biases are added.")
    is_causal: bool = Field(
        default=False, description="Whether each place sees only itself and those before it."
    )
