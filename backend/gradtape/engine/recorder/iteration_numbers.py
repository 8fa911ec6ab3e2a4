"""What is another with each iteration of one structure."""

from typing import NamedTuple

from torch import Tensor

from gradtape.tape.frame import StepConstants


class IterationNumbers(NamedTuple):
    """The numbers of one iteration.

    Attributes:
        values: by tensor id; None where another tensor holds the numbers, or where there are none.
        step_constants: the floats that the optimizer gave to its ops.
    """

    values: list[Tensor | None]
    step_constants: StepConstants
