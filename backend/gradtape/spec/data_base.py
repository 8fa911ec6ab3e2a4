"""What every data set has, whatever it is made of."""

from typing import Annotated

from pydantic import Field, PlainSerializer

from gradtape import limits
from gradtape.spec.fields import WHOLE, Choice, Sizes
from gradtape.spec.wording import Shape

Samples = Annotated[int, Field(ge=1, le=limits.MAX_SAMPLES), WHOLE]
Classes = Annotated[int, Field(ge=2, le=1_000), WHOLE]
SequenceLength = Annotated[int, Field(ge=1, le=1_000), WHOLE]
"""Every step of a sequence becomes ops of its own."""


def _shortest(sizes: Shape) -> int | Shape:
    return sizes[0] if len(sizes) == 1 else sizes


SampleShape = Annotated[Sizes, PlainSerializer(_shortest)]
"""The shape of one sample; a single size is written as a plain number."""


class DataBase(Choice, frozen=True):
    """What every data set tells about itself before it is built."""

    @property
    def sample_count(self) -> int:
        """How many samples."""
        raise NotImplementedError

    @property
    def sample_shape(self) -> Shape:
        """Shape of one sample of x."""
        raise NotImplementedError

    @property
    def token_count(self) -> int | None:
        """How many different tokens x is made of; None where it is made of numbers."""
        return None

    @property
    def class_count(self) -> int | None:
        """How many classes the targets belong to; None where they are numbers."""
        return None

    @property
    def target_shape(self) -> Shape:
        """Shape of one sample's target: of class numbers, or else of numbers."""
        return ()


class GeneratedData(DataBase, frozen=True):
    """What every generated data set has: a number of samples."""

    samples: Samples = Field(default=200, description="How many samples.")

    @property
    def sample_count(self) -> int:
        """How many samples."""
        return self.samples
