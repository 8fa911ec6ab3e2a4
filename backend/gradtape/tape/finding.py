"""What is wrong with a run: findings, each with the numbers that show it. Plain data, no torch."""

from enum import StrEnum

from pydantic import Field, TypeAdapter

from gradtape.spec import ExperimentSpec
from gradtape.tape.numbers import Number, Plain


class FindingKind(StrEnum):
    """What a finding is called."""

    NON_FINITE = "non_finite"
    ACCUMULATED_GRADIENTS = "accumulated_gradients"
    SYMMETRIC_INITIALIZATION = "symmetric_initialization"
    DEAD_RELU = "dead_relu"
    SATURATION = "saturation"
    EXPLODING_GRADIENT = "exploding_gradient"
    VANISHING_GRADIENT = "vanishing_gradient"
    LABEL_SHIFT = "label_shift"
    OSCILLATION = "oscillation"
    LOSS_PLATEAU = "loss_plateau"


class Cure(Plain):
    """A changed spec in which the finding should be gone."""

    label: str = Field(description="What is changed, in a few words: `ReLU instead of sigmoid`.")
    spec: ExperimentSpec


class Finding(Plain):
    """One thing that is wrong."""

    kind: FindingKind
    layer: str | None = Field(
        description="Where: a layer's name, or the function's that was called; null where it is "
        "the whole network."
    )
    iteration: int = Field(description="The latest one that was looked at for it.")
    evidence: dict[str, Number] = Field(description="The numbers that show it, by name.")
    message: str = Field(description="What is the case, in words, with the numbers put in.")
    suggestion: str = Field(description="What to do.")
    cure: Cure | None = Field(
        default=None, description="The same as a spec to try; null where a spec cannot say it."
    )


FINDINGS = TypeAdapter(list[Finding])
"""A diagnosis as it travels; an empty list means healthy."""
