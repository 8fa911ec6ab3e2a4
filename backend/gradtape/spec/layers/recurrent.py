"""Layers that go through a sequence step by step and carry a state along."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gradtape.spec.fields import WHOLE, Count
from gradtape.spec.layers.base import ParametricLayer

Layers = Annotated[int, Field(ge=1, le=32), WHOLE]


class RecurrentLayer(ParametricLayer, frozen=True):
    """What every recurrent layer has. It takes (samples, length, features)."""

    hidden_size: Count = Field(description="How many numbers the state has, per direction.")
    input_size: Count | None = Field(
        default=None, description="Features that arrive. Default: what arrives; if said, checked."
    )
    num_layers: Layers = Field(
        default=1, description="How many are stacked, each reading the sequence of the one below."
    )
    bias: bool = Field(default=True, description="Whether learned biases are added.")
    bidirectional: bool = Field(
        default=False, description="Whether a second one reads from the end, side by side."
    )
    output: Literal["sequence", "last"] = Field(
        default="sequence",
        description="What goes on: the state at every step, or where the reading ends.",
    )

    @property
    def directions(self) -> int:
        """One, or two where it reads from both ends."""
        return 2 if self.bidirectional else 1


class RnnLayer(RecurrentLayer, frozen=True):
    """Each state is an activation of this step's input and the state before, both weighted."""

    title: ClassVar[str] = "RNN"
    kind: Literal["rnn"]
    nonlinearity: Literal["tanh", "relu"] = Field(
        default="tanh", description="The activation of each step."
    )


class LstmLayer(RecurrentLayer, frozen=True):
    """A recurrent layer with a memory of its own, and gates that write, keep and read it."""

    title: ClassVar[str] = "LSTM"
    kind: Literal["lstm"]


class GruLayer(RecurrentLayer, frozen=True):
    """A recurrent layer whose gates decide how much of the state is kept at each step."""

    title: ClassVar[str] = "GRU"
    kind: Literal["gru"]
