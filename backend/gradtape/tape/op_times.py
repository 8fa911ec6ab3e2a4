"""How long the ops of a recorded iteration take, measured when it is asked for.

No part of a tape: a tape is the same whenever it is recorded, and times never are.
"""

from pydantic import Field

from gradtape.tape.numbers import Plain


class OpTimes(Plain):
    """Time of each op of an iteration that was run again to be timed."""

    iteration: int
    structure_hash: str = Field(description="Of the structure whose ops these are.")
    runs: int = Field(description="How often it ran; each op's shortest time counts.")
    nanoseconds: tuple[int, ...] = Field(
        description="By op id: from the call of the op's kernel until it was done."
    )
