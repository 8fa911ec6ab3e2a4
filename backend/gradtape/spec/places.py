"""Where a layer stands while its shapes are inferred, and how its problems are told from there."""

import re
from dataclasses import dataclass
from math import prod
from typing import Any

from gradtape.errors import InvalidValue
from gradtape.spec.layers import AnyLayer
from gradtape.spec.wording import Shape, Step, format_path, format_shape

LAYER_PATH = re.compile(r"network\.layers\[(\d+)\]")


@dataclass(frozen=True)
class LayerShapes:
    """What one layer takes, gives and holds. Every shape begins with the batch.

    Attributes:
        parameters: shape by name, as torch names them; empty where another layer's are shared.
        multiplications: of one forward pass over the batch, in matrix products and convolutions.
        inner_values: numbers that lie between inputs and output, of one forward pass.
        tokens: how many different tokens there are, where the output is tokens; else None.
    """

    name: str
    inputs: tuple[Shape, ...]
    output: Shape
    parameters: dict[str, Shape]
    multiplications: int
    inner_values: int = 0
    tokens: int | None = None

    @property
    def parameter_count(self) -> int:
        """How many numbers the layer learns."""
        return sum(prod(shape) for shape in self.parameters.values())


@dataclass(frozen=True)
class Place:
    """A layer, its number in the list, and what arrives at it.

    Attributes:
        sources: where each input comes from, in words: `layers[2]`, `the input`.
        shapes: what arrives, in the same order.
        tokens: how many different ones there are, where tokens arrive; else None.
    """

    index: int
    layer: AnyLayer
    sources: tuple[str, ...]
    shapes: tuple[Shape, ...]
    tokens: tuple[int | None, ...]

    def mismatch(
        self, message: str, *fields: Step, code: str = "shape_mismatch", **details: Any
    ) -> InvalidValue:
        """A problem of this layer, or of one of its fields."""
        return layer_problem(self.index, self.layer.kind, message, *fields, code=code, **details)

    def tell_arrival(self, position: int = 0) -> str:
        """`layers[2] gives (8, 16, 5, 5)`"""
        verb = "is" if self.sources[position] == "the input" else "gives"
        return f"{self.sources[position]} {verb} {format_shape(self.shapes[position])}"

    def find_dimension(self, dimension: int, field: str) -> int:
        """The dimension counted from the first.

        Raises:
            InvalidValue: what arrives has no such dimension.
        """
        rank = len(self.shapes[0])
        if not -rank <= dimension < rank:
            message = f"has no dimension {dimension} to work on; {self.tell_arrival()}."
            raise self.mismatch(message, field)
        return dimension % rank

    def expect_sequence(self, position: int = 0) -> None:
        """Raise InvalidValue unless it is a sequence of features that arrives."""
        if len(self.shapes[position]) != 3:
            message = (
                "expects sequences of shape (samples, length, features); "
                f"{self.tell_arrival(position)}."
            )
            raise self.mismatch(message)


@dataclass(frozen=True)
class Inferred:
    """What a layer makes of what arrives.

    Attributes:
        inner_values: numbers that lie between inputs and output.
        tokens: how many different ones there are, where the output is tokens; else None.
        problem: what is wrong, where `output` is what the layer would give all the same, so that
            the layers behind it can be looked at too.
    """

    output: Shape
    parameters: dict[str, Shape]
    multiplications: int = 0
    problem: InvalidValue | None = None
    inner_values: int = 0
    tokens: int | None = None


def layer_problem(
    index: int, kind: str, message: str, *fields: Step, code: str, **details: Any
) -> InvalidValue:
    """A problem that begins with its layer: `layers[3] (linear) expects …`"""
    path = format_path(("network", "layers", index, *fields))
    return InvalidValue(f"layers[{index}] ({kind}) {message}", path=path, code=code, **details)


def layer_index(path: str | None) -> int | None:
    """The number of the layer that a path leads to or into; None if it leads elsewhere."""
    found = LAYER_PATH.match(path or "")
    return None if found is None else int(found[1])
