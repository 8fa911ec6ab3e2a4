"""A loss landscape as it is told: the loss on a grid in a plane through the parameters."""

from typing import Any, Literal

from pydantic import Field

from gradtape.tape.numbers import Number, Plain

JobPhase = Literal["running", "done", "cancelled", "failed"]
"""How a piece of background work stands."""


class LandscapeAxis(Plain):
    """One axis of the plane."""

    name: str = Field(description="A number of a parameter, `fc1.weight[0, 0]`, or a direction.")
    middle: Number = Field(description="The value in the middle; of a direction always 0.")
    offsets: list[Number] = Field(description="From the middle, in order; the middle one is 0.")


class PathPoint(Plain):
    """A recorded iteration in the plane: the point nearest to the parameters that it began with."""

    iteration: int
    x: Number = Field(description="Offset along the first axis.")
    y: Number = Field(description="Offset along the second axis.")
    distance: Number = Field(description="How far the parameters lie from the plane, as L2 norm.")


class Landscape(Plain):
    """A loss landscape, or how far its computation has come."""

    id: str
    phase: JobPhase
    done: int = Field(description="Points computed.")
    of: int = Field(description="Points in all.")
    iteration: int = Field(description="The middle: the parameters before this iteration.")
    samples: int = Field(description="Training samples that the loss is over, from the first on.")
    x: LandscapeAxis
    y: LandscapeAxis
    losses: list[list[Number]] = Field(
        description="One row for each offset of y, one number for each of x; empty until all are "
        "there. In evaluation mode, with the L1 penalty if there is one."
    )
    path: list[PathPoint] = Field(
        description="The recorded iterations as they are now, in order; empty until it is done."
    )
    error: dict[str, Any] | None = Field(
        default=None, description="Why it failed, in the error shape of every route."
    )
