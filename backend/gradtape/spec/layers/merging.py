"""Layers that make one output of several inputs."""

from typing import ClassVar, Literal

from pydantic import Field

from gradtape.spec.layers.base import Dimension, LayerBase


class AddLayer(LayerBase, frozen=True):
    """Adds its inputs, number by number: the way of a skip connection."""

    title: ClassVar[str] = "Add"
    kind: Literal["add"]


class MultiplyLayer(LayerBase, frozen=True):
    """Multiplies its inputs, number by number: the way of a gate."""

    title: ClassVar[str] = "Multiply"
    kind: Literal["multiply"]


class ConcatLayer(LayerBase, frozen=True):
    """Lays its inputs side by side."""

    title: ClassVar[str] = "Concatenate"
    kind: Literal["concat"]
    dim: Dimension = Field(default=1, description="The dimension that grows.")
