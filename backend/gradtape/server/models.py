"""Answers and bodies that exist only at the web door; everything else is defined further down."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from gradtape.spec import ExperimentSpec
from gradtape.tape.frame import Frame
from gradtape.tape.numbers import Number
from gradtape.tape.structure import Structure


class Answer(BaseModel):
    """Base of the models here: closed, so that the document says all there is."""

    model_config = ConfigDict(extra="forbid")


class Versions(Answer):
    """What runs here."""

    gradtape: str
    python: str
    torch: str


class Health(Answer):
    """The server is alive; sessions can be opened."""

    status: Literal["ok"] = "ok"
    versions: Versions
    device: str = Field(description="What a spec's device `auto` takes: cpu, cuda or mps.")
    sessions_live: int = Field(description="Sessions that have a process right now.")


class Limit(Answer):
    """One cap."""

    value: float
    description: str = Field(description="The unit, and why the cap is there.")


class OpenBySpec(Answer):
    """Open a session for a spec."""

    spec: ExperimentSpec


class OpenByExample(Answer):
    """Open a session for one of `GET /examples`."""

    example: str = Field(description="An example's key.", max_length=64, examples=["moons"])


class BranchPoint(Answer):
    """Where a session branches off from another."""

    session: str = Field(description="The other's id.", max_length=64)
    iteration: int | None = Field(
        default=None,
        ge=0,
        le=2**53,
        description="A recorded iteration, or the one that comes next: the branch stands before "
        "it. Null is where the other session stands.",
    )


class OpenByBranch(Answer):
    """Open a session that goes on from an iteration of another, which is left as it is."""

    branch: BranchPoint


class CommandReceipt(Answer):
    """A command was logged and will be carried out after those before it."""

    sequence: int = Field(description="Of the command's `accepted` event in the session's log.")


class Tape(Answer):
    """One recorded iteration."""

    structure: Structure | None = Field(
        description="Null where `known_structure` already names this structure's hash."
    )
    frame: Frame
    blob: str | SkipJsonSchema[None] = Field(
        default=None,
        description="With `values=blob`: the frame's float32 numbers, little-endian, laid out by "
        "`structure.slots`, as base64.",
        json_schema_extra={"contentEncoding": "base64"},
    )


class TensorValues(Answer):
    """Exact numbers of a tensor, or of a slice of it."""

    iteration: int
    tensor: int = Field(description="The tensor's id.")
    shape: tuple[int, ...] = Field(description="Shape of what is given: the slice's.")
    dtype: str
    values: list[Any] | Number = Field(
        description="Nested lists, one level per dimension; a bare number for a scalar."
    )


FigureLayout = dict[str, Any]
"""Title, axes, bands and fonts of a Plotly figure."""


class Figure(BaseModel):
    """A Plotly figure."""

    model_config = ConfigDict(extra="allow")

    data: list[dict[str, Any]]
    layout: FigureLayout
