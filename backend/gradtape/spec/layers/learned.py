"""Layers that every network knows: weighted sums, embeddings, dropout."""

from typing import ClassVar, Literal

from pydantic import Field

from gradtape.spec.fields import Count, Share
from gradtape.spec.layers.base import LayerBase, ParametricLayer


class LinearLayer(ParametricLayer, frozen=True):
    """Every output is a weighted sum of all inputs, plus a bias: x·Wᵀ + b."""

    title: ClassVar[str] = "Linear"
    kind: Literal["linear"]
    out_features: Count = Field(description="How many outputs.")
    in_features: Count | None = Field(
        default=None, description="How many inputs. Default: what arrives; if said, it is checked."
    )
    bias: bool = Field(default=True, description="Whether a learned bias is added.")


class DropoutLayer(LayerBase, frozen=True):
    """Zeroes random numbers while training, and scales the others up to make good for it."""

    title: ClassVar[str] = "Dropout"
    kind: Literal["dropout"]
    p: Share = Field(default=0.5, description="The chance of each number to be zeroed.")


class EmbeddingLayer(ParametricLayer, frozen=True):
    """Looks up one learned row of numbers for every token: a one-hot vector times a matrix."""

    title: ClassVar[str] = "Embedding"
    kind: Literal["embedding"]
    embedding_dim: Count = Field(description="How many numbers stand for one token.")
    num_embeddings: Count | None = Field(
        default=None,
        description="How many tokens there are. Default: what the data has; if said, checked.",
    )
