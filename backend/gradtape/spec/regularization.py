"""What keeps parameters and gradients small, beside the optimizer's own weight decay."""

from typing import Annotated

from pydantic import Field

from gradtape.spec.fields import LARGEST_RATE, Part, Rate

Positive = Annotated[float, Field(gt=0, le=LARGEST_RATE)]


class Regularization(Part, frozen=True):
    """A penalty on parameters, and clipping of gradients before the update."""

    l1: Rate = Field(
        default=0.0,
        description="Times the sum of the absolute values of all parameters, added to the loss.",
    )
    clip_value: Positive | None = Field(
        default=None, description="No number of a gradient goes beyond it; null: no such clipping."
    )
    max_norm: Positive | None = Field(
        default=None,
        description="All gradients together are scaled down to this norm; null: no such clipping.",
    )
    norm_type: Annotated[float, Field(gt=0, le=100)] = Field(
        default=2.0, description="Which norm max_norm is about: 2 is the length."
    )

    @property
    def clips(self) -> bool:
        """Whether gradients are clipped at all."""
        return self.clip_value is not None or self.max_norm is not None


NO_REGULARIZATION = Regularization()
