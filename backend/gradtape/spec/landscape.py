"""What may be asked for as a loss landscape: the plane through the parameters, and how finely."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradtape import limits
from gradtape.spec.fields import LARGEST_SEED
from gradtape.tape.numbers import Plain


class LandscapeBase(Plain):
    """What every landscape has."""

    steps: int = Field(
        default=15,
        ge=2,
        le=limits.MAX_LANDSCAPE_STEPS,
        description="Points on each side of the middle: 15 give 31 × 31 losses.",
    )
    radius: float | None = Field(
        default=None,
        gt=0,
        le=1e6,
        description="How far each axis goes from the middle, in the axis's own unit. Without it: "
        "1, or as far as the path needs.",
    )
    samples: int = Field(
        default=512,
        ge=1,
        le=limits.MAX_LANDSCAPE_SAMPLES,
        description="The loss is over the first so many training samples; over fewer where one "
        "pass would take too long.",
    )

    @property
    def side(self) -> int:
        """Points along each axis."""
        return 2 * self.steps + 1


class NumberPlace(Plain):
    """One number of a parameter."""

    tensor: str = Field(max_length=limits.MAX_NAME_LENGTH, examples=["fc1.weight"])
    index: tuple[int, ...] = Field(max_length=8)


class NumbersLandscape(LandscapeBase):
    """The loss over two numbers of the parameters; all others stay what they are."""

    kind: Literal["numbers"]
    x: NumberPlace
    y: NumberPlace

    @model_validator(mode="after")
    def _has_two_numbers(self) -> Self:
        if self.x == self.y:
            raise PydanticCustomError("invalid_value", "x and y have to be two different numbers")
        return self


class RandomLandscape(LandscapeBase):
    """The loss over two random directions, each as strong in every filter as the weights there.

    Source: Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, section 4.
    """

    kind: Literal["random"]
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)


class PathLandscape(LandscapeBase):
    """The loss over the two directions that the recorded iterations moved along most.

    Source: Li et al. 2018, section 7.2: principal components of the differences of parameters.
    """

    kind: Literal["path"]


LANDSCAPE_MODELS = (NumbersLandscape, RandomLandscape, PathLandscape)

LandscapeRequest = Annotated[
    NumbersLandscape | RandomLandscape | PathLandscape, Field(discriminator="kind")
]
