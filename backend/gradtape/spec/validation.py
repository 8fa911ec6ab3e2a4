"""Which part of the data is kept from training, to see what has been learned."""

from typing import Annotated

from pydantic import Field

from gradtape.spec.fields import Count, Part


class Validation(Part, frozen=True):
    """Samples that are drawn once, by the seed, and that no gradient ever sees."""

    share: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.0, description="Share of the samples that is set aside; 0: none."
    )
    every: Count = Field(
        default=10,
        description="After how many iterations loss and accuracy on them are measured again.",
    )

    def count(self, samples: int) -> int:
        """How many of so many samples are set aside."""
        return int(self.share * samples)


NO_VALIDATION = Validation()
