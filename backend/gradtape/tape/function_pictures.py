"""Pictures of the function that a network computes, as they are told."""

from pydantic import Field

from gradtape.spec.reading import Reading
from gradtape.tape.numbers import Number, Plain


class SurfaceAxis(Plain):
    """One input of the network, evenly spaced."""

    low: float
    high: float
    count: int = Field(description="Values from low to high, both included.")


class Surface(Plain):
    """What the network gives for one or two inputs, everywhere around the data."""

    iteration: int = Field(description="With the parameters before this iteration.")
    reading: Reading
    axes: tuple[SurfaceAxis, ...] = Field(description="One or two: x, then y.")
    planes: tuple[str, ...] = Field(
        description="What is told of each point. Over two inputs, of classes: the `class` and its "
        "`confidence`; else, and over one input, each output, of classes their shares."
    )
    target_low: Number = Field(description="The least target of the data.")
    target_high: Number = Field(description="The greatest target of the data.")
    seconds: float = Field(description="How long the session's process worked on it.")
    values: str = Field(
        description="float32, little-endian, as base64: one plane after the other, each of rows "
        "from the lowest y up, each row from the lowest x up.",
        json_schema_extra={"contentEncoding": "base64"},
    )


class ImageShape(Plain):
    """How the numbers of a sample make an image."""

    channels: int
    height: int
    width: int


class Predictions(Plain):
    """What the network gives for samples of its data, by columns: one entry per shown sample."""

    iteration: int = Field(description="With the parameters before this iteration.")
    reading: Reading
    input_shape: tuple[int, ...] = Field(description="Of one sample.")
    image: ImageShape | None = Field(description="Where samples are images: how they are laid out.")
    outputs: int = Field(description="How many numbers the network gives for a sample.")
    samples: int = Field(description="How many samples were run, validation samples last.")
    of: int = Field(description="How many samples there are.")
    wrong: int | None = Field(description="Wrong answers among those; null where there are none.")
    seconds: float = Field(description="How long the session's process worked on it.")
    sample: list[int] = Field(description="Its number among the training or validation samples.")
    step: list[int] = Field(description="Its step, where a sample has an answer at each; else 0.")
    validation: list[bool]
    target: list[Number] = Field(description="The class, or the output's target.")
    prediction: list[Number] = Field(description="The class, the probability, or the output.")
    confidence: list[Number] = Field(description="Of classes and probabilities; else empty.")
    input: list[list[Number]] = Field(description="Flat; empty unless asked for.")
