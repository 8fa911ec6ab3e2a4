"""What the layers of a recorded iteration gave and were given back, summed up."""

from pydantic import Field

from gradtape.tape.numbers import Number, Plain

BINS_PER_DECADE = 4
"""Of magnitudes: fine enough for a smooth outline, and 10 is a bin's edge."""


class ValueHistogram(Plain):
    """Counts in bins of one width, which is a power of two, with an edge at zero.

    Histograms of different widths compare exactly: two neighbours are one bin of twice the width.
    """

    width: float
    first: int = Field(description="Bin k counts k·width ≤ x < (k + 1)·width; this is the first k.")
    counts: tuple[int, ...] = Field(description="From the first bin that is not empty to the last.")
    non_finite: int = Field(description="Numbers that are NaN or infinite, in no bin.")


class MagnitudeHistogram(Plain):
    """Counts of |x| in bins that grow by the same factor: four to a power of ten."""

    first: int = Field(
        description="Bin k counts 10^(k/4) ≤ |x| < 10^((k + 1)/4); this is the first k."
    )
    counts: tuple[int, ...] = Field(description="From the first bin that is not empty to the last.")
    zeros: int = Field(description="Numbers that are exactly zero, in no bin.")
    non_finite: int = Field(description="Numbers that are NaN or infinite, in no bin.")


class OutputNumbers(Plain):
    """The numbers that a layer gave."""

    norm: Number = Field(description="L2 norm.")
    histogram: ValueHistogram


class GradientNumbers(Plain):
    """Numbers of a gradient, or of several together."""

    norm: Number = Field(description="L2 norm.")
    histogram: MagnitudeHistogram


class LayerStatistics(Plain):
    """One layer in one iteration, over the whole batch."""

    name: str
    target: str = Field(description="The module's class: `ReLU`.")
    units: int = Field(description="Features, or channels where there are any.")
    output: OutputNumbers
    output_gradient: GradientNumbers | None = Field(description="Null where none arrived.")
    parameter_gradient: GradientNumbers | None = Field(
        description="Of all its parameters together; null where it has none, or none arrived."
    )
    dead_share: float | None = Field(
        description="Share of units that are zero for the whole batch; null where the layer is not "
        "an activation that can fall silent, as relu is."
    )
    saturated_share: float | None = Field(
        description="Share of the layer's numbers where its slope has all but vanished: tanh "
        "beyond ±0.97, sigmoid outside of 0.03 to 0.97, hardtanh at its ends; null for others."
    )


class IterationLayers(Plain):
    """The layers of a recorded iteration, in the order in which they ran, without the loss."""

    iteration: int
    layers: tuple[LayerStatistics, ...]


class LayerHistory(Plain):
    """The layers of recorded iterations, in order."""

    iterations: tuple[IterationLayers, ...]
