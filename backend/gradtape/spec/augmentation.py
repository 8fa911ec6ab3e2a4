"""How each batch is varied before the network sees it."""

from typing import Annotated

from pydantic import Field

from gradtape.spec.fields import WHOLE, NonNegative, Part, Share

MAX_SHIFT = 1_024  # pixels; beyond any image that fits a data set


class Augmentation(Part, frozen=True):
    """Changes drawn anew for each sample of each iteration, by the seed; targets stay."""

    noise: NonNegative = Field(
        default=0.0, description="Standard deviation of normal noise that is added to every number."
    )
    shift: Annotated[int, Field(ge=0, le=MAX_SHIFT), WHOLE] = Field(
        default=0, description="Most pixels that an image is moved by, each way; zeros come in."
    )
    flip: Share = Field(
        default=0.0, description="How probably an image is mirrored, left to right."
    )

    @property
    def is_off(self) -> bool:
        """Whether batches stay as they are."""
        return self.noise == 0 and self.is_for_any_shape

    @property
    def is_for_any_shape(self) -> bool:
        """Whether nothing in it needs an image."""
        return self.shift == 0 and self.flip == 0


NO_AUGMENTATION = Augmentation()
