"""How a session came to stand where it stands, as far as a program can repeat it."""

from pydantic import Field

from gradtape.spec import ExperimentSpec
from gradtape.tape.numbers import Plain


class Origin(Plain):
    """What a program has to do to give the same numbers."""

    spec: ExperimentSpec = Field(description="With the optimizer's hyperparameters as they are.")
    iterations: int = Field(ge=0, description="How many have run.")
    device: str
    changed: tuple[str, ...] = Field(
        description="What was written over by hand on the way, which the spec does not tell: "
        "tensors, and hyperparameters after the first iteration."
    )
