"""The data that a network learns from: given in the spec, drawn at random, or real digits."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gradtape import limits
from gradtape.spec.csv_data import CsvData
from gradtape.spec.data_base import (
    Classes,
    DataBase,
    GeneratedData,
    Samples,
    SampleShape,
)
from gradtape.spec.fields import WHOLE, Count, NonNegative, Real, check_kind_of, refuse
from gradtape.spec.initializations import refuse_reversed_range
from gradtape.spec.inline_values import Values, index_of, numbers_of, shape_of
from gradtape.spec.mnist_format import MnistFormatData
from gradtape.spec.sequence_data import CharactersData, SequencesData
from gradtape.spec.wording import Shape, describe_value

DIGITS = 1_797  # images in scikit-learn's copy of the UCI digits
DIGITS_SIDE = 8  # pixels


class InlineData(DataBase, frozen=True):
    """Numbers given here, as nested lists: one entry of x and one of y per sample."""

    title: ClassVar[str] = "Own numbers"
    kind: Literal["inline"]
    x: Values = Field(description="Inputs, as in [[0, 1], [1, 1]]: one list per sample.")
    y: Values = Field(description="Targets, one per sample: numbers, lists, or class numbers.")
    tokens: bool = Field(
        default=False, description="Whether x is made of tokens (0, 1, 2, …), for an embedding."
    )

    @model_validator(mode="after")
    def _tokens_are_whole(self) -> Self:
        if self.tokens:
            refuse_fractional_tokens(self.x)
        return self

    @property
    def sample_count(self) -> int:
        """How many entries x has."""
        return len(self.x)

    @property
    def token_count(self) -> int | None:
        """One more than the largest, where x is made of tokens."""
        return int(max(numbers_of(self.x))) + 1 if self.tokens else None

    @property
    def sample_shape(self) -> Shape:
        """Shape of one entry of x."""
        return shape_of(self.x)[1:]


class RandomData(GeneratedData, frozen=True):
    """Inputs and targets without any relation."""

    samples: Samples = Field(default=64, description="How many samples.")
    features: SampleShape = Field(
        default=(10,), description="Numbers per sample, or a shape as in [1, 32, 32]."
    )
    targets: Count = Field(
        default=1,
        description="Targets per sample; for cross_entropy and nll, how many classes; "
        "for bce losses they are zeros and ones.",
    )

    @property
    def sample_shape(self) -> Shape:
        """As `features` says."""
        return self.features


class RandomNormalData(RandomData, frozen=True):
    """Inputs and targets drawn from the standard normal distribution."""

    title: ClassVar[str] = "Random, normal"
    kind: Literal["random_normal"]


class RandomUniformData(RandomData, frozen=True):
    """Inputs and targets drawn evenly between two numbers."""

    title: ClassVar[str] = "Random, uniform"
    kind: Literal["random_uniform"]
    low: Real = Field(default=0.0, description="Lower end, included.")
    high: Real = Field(default=1.0, description="Upper end, not included.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        refuse_reversed_range(self.low, self.high)
        return self


class LinearRegressionData(GeneratedData, frozen=True):
    """Targets are a random linear function of normal inputs, plus noise."""

    title: ClassVar[str] = "Linear regression"
    kind: Literal["linear_regression"]
    samples: Samples = Field(default=100, description="How many samples.")
    features: Count = Field(default=1, description="Inputs per sample.")
    targets: Count = Field(default=1, description="Targets per sample.")
    noise: NonNegative = Field(default=0.1, description="Standard deviation of the noise.")

    @property
    def sample_shape(self) -> Shape:
        """One number per feature."""
        return (self.features,)

    @property
    def target_shape(self) -> Shape:
        """As many numbers as `targets` says."""
        return (self.targets,)


class SineData(GeneratedData, frozen=True):
    """Targets are the sine of one input between −π and π, plus noise."""

    title: ClassVar[str] = "Sine"
    kind: Literal["sine"]
    samples: Samples = Field(default=100, description="How many samples.")
    frequency: Annotated[float, Field(ge=0, le=100)] = Field(
        default=1.0, description="How many waves there are from end to end."
    )
    noise: NonNegative = Field(default=0.1, description="Standard deviation of the noise.")

    @property
    def sample_shape(self) -> Shape:
        """One number."""
        return (1,)

    @property
    def target_shape(self) -> Shape:
        """One number."""
        return (1,)


class PlaneData(GeneratedData, frozen=True):
    """Points in a plane that belong to classes."""

    @property
    def class_count(self) -> int:
        """How many classes."""
        return 2

    @property
    def sample_shape(self) -> Shape:
        """Two coordinates."""
        return (2,)


class XorData(PlaneData, frozen=True):
    """The four corners of a square: class 1 where exactly one coordinate is 1."""

    title: ClassVar[str] = "XOR"
    kind: Literal["xor"]
    samples: Samples = Field(default=4, description="How many points; the corners take turns.")
    noise: NonNegative = Field(
        default=0.0, description="Standard deviation of the points around their corners."
    )


class CirclesData(PlaneData, frozen=True):
    """A small circle (class 1) inside a large one (class 0)."""

    title: ClassVar[str] = "Circles"
    kind: Literal["circles"]
    noise: NonNegative = Field(default=0.05, description="Standard deviation of the noise.")
    factor: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.5, description="Radius of the inner circle; the outer one's is 1."
    )


class MoonsData(PlaneData, frozen=True):
    """Two interleaving half circles."""

    title: ClassVar[str] = "Moons"
    kind: Literal["moons"]
    noise: NonNegative = Field(default=0.1, description="Standard deviation of the noise.")


class SpiralData(PlaneData, frozen=True):
    """Arms that wind around each other, one per class."""

    title: ClassVar[str] = "Spiral"
    kind: Literal["spiral"]
    classes: Classes = Field(default=2, description="How many arms.")
    turns: Annotated[float, Field(ge=0, le=10)] = Field(
        default=1.0, description="How often an arm winds around the middle."
    )
    noise: NonNegative = Field(default=0.05, description="Standard deviation of the noise.")

    @property
    def class_count(self) -> int:
        """One per arm."""
        return self.classes


class BlobsData(PlaneData, frozen=True):
    """Round clouds of points, one per class."""

    title: ClassVar[str] = "Blobs"
    kind: Literal["blobs"]
    classes: Classes = Field(default=3, description="How many clouds.")
    features: Count = Field(default=2, description="Coordinates per point.")
    spread: NonNegative = Field(default=1.0, description="Standard deviation of each cloud.")

    @property
    def class_count(self) -> int:
        """One per cloud."""
        return self.classes

    @property
    def sample_shape(self) -> Shape:
        """One number per coordinate."""
        return (self.features,)


class GaussianMixtureData(PlaneData, frozen=True):
    """Each class is a mixture of stretched clouds, so that classes lie between each other."""

    title: ClassVar[str] = "Gaussian mixture"
    kind: Literal["gaussian_mixture"]
    classes: Classes = Field(default=2, description="How many classes.")
    components: Annotated[int, Field(ge=1, le=20), WHOLE] = Field(
        default=3, description="Clouds per class."
    )
    features: Annotated[int, Field(ge=1, le=1_000), WHOLE] = Field(
        default=2, description="Coordinates per point."
    )
    spread: NonNegative = Field(
        default=0.3, description="Standard deviation of a cloud where it is widest."
    )

    @property
    def class_count(self) -> int:
        """As many as asked for."""
        return self.classes

    @property
    def sample_shape(self) -> Shape:
        """One number per coordinate."""
        return (self.features,)


class DigitsData(DataBase, frozen=True):
    """Real handwritten digits, 8×8 pixels from 0 to 1, from scikit-learn."""

    title: ClassVar[str] = "Digits"
    kind: Literal["digits"]
    samples: Annotated[int, Field(ge=1, le=DIGITS), WHOLE] = Field(
        default=DIGITS, description="How many; fewer are picked by the seed."
    )
    layout: Literal["flat", "images"] = Field(
        default="flat", description="As 64 numbers, or as images of shape (1, 8, 8)."
    )

    @property
    def sample_count(self) -> int:
        """How many samples."""
        return self.samples

    @property
    def class_count(self) -> int:
        """The digits from 0 to 9."""
        return 10

    @property
    def sample_shape(self) -> Shape:
        """64 numbers, or one channel of 8×8."""
        flat = self.layout == "flat"
        return (DIGITS_SIDE * DIGITS_SIDE,) if flat else (1, DIGITS_SIDE, DIGITS_SIDE)


def refuse_fractional_tokens(x: tuple[Any, ...]) -> None:
    """Raise where an entry of x is no token, with its place."""
    for position, number in enumerate(numbers_of(x)):
        if number < 0 or number != int(number) or number >= limits.MAX_PARAMETERS:
            message = f"must be a token (0, 1, 2, …); got {describe_value(number)}."
            raise refuse("out_of_range", message, "x", *index_of(position, shape_of(x)))


AnyData = (
    InlineData
    | CsvData
    | RandomNormalData
    | RandomUniformData
    | LinearRegressionData
    | SineData
    | XorData
    | CirclesData
    | MoonsData
    | SpiralData
    | BlobsData
    | GaussianMixtureData
    | DigitsData
    | MnistFormatData
    | CharactersData
    | SequencesData
)
Data = Annotated[
    Annotated[AnyData, Field(discriminator="kind")],
    BeforeValidator(check_kind_of("data set", AnyData)),
]
