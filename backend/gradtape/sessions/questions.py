"""What can be asked of a session. A question changes nothing; its answer is bytes."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from gradtape import limits
from gradtape.tape.numbers import Plain

ValuesForm = Literal["inline", "blob"]
"""How a tape's numbers come along in its JSON: with each tensor, or all in one base64 text."""


class TapeQuestion(Plain):
    """The tape of an iteration, the latest recorded one if none is named.

    Payload: `{"structure", "frame"}`; the structure is null if its hash is `known_structure`.
    With `values`, the numbers are in it too.
    """

    kind: Literal["tape"] = "tape"
    iteration: int | None = None
    values: ValuesForm | None = None
    known_structure: str | None = None


class BlobQuestion(Plain):
    """The frame's float32 blob. Payload: `{"iteration", "structure_hash"}`."""

    kind: Literal["blob"] = "blob"
    iteration: int | None = None


class TimesQuestion(Plain):
    """How long each op of an iteration takes; it is run again to find out. Payload: `OpTimes`."""

    kind: Literal["times"] = "times"
    iteration: int | None = None


class ValuesQuestion(Plain):
    """Exact numbers of one tensor, by id or name.

    Payload: `{"iteration", "tensor", "shape", "dtype", "values"}`. With `as_blob` the values come
    as the answer's blob instead: little-endian, C order, in the tensor's own dtype.
    """

    kind: Literal["values"] = "values"
    tensor: str = Field(max_length=2 * limits.MAX_NAME_LENGTH + 1)
    slice: str | None = Field(default=None, max_length=256)
    iteration: int | None = None
    as_blob: bool = False


class MetricsQuestion(Plain):
    """Metrics from the iteration `since` on. Payload: the columns of `Metrics`."""

    kind: Literal["metrics"] = "metrics"
    since: int = Field(default=0, ge=0)


class LayersQuestion(Plain):
    """What layers gave and were given back in recorded iterations. Payload: `LayerHistory`.

    Without iterations, all that are recorded, thinned evenly; the first and the last stay.
    """

    kind: Literal["layers"] = "layers"
    iterations: tuple[int, ...] | None = Field(default=None, max_length=limits.MAX_LAYER_ITERATIONS)


class DiagnosisQuestion(Plain):
    """What is wrong with the run as it stands. Payload: a list of `Finding`, causes first."""

    kind: Literal["diagnosis"] = "diagnosis"


class DotQuestion(Plain):
    """The autograd graph of an iteration. Payload: DOT."""

    kind: Literal["dot"] = "dot"
    iteration: int | None = None


class ParametersQuestion(Plain):
    """Parameters, buffers and gradients of an iteration. Payload: a safetensors file."""

    kind: Literal["parameters"] = "parameters"
    iteration: int | None = None


class OriginQuestion(Plain):
    """What leads from nothing to where the session stands. Payload: `Origin`."""

    kind: Literal["origin"] = "origin"


class BranchQuestion(Plain):
    """What another session needs to stand before an iteration, or where this one stands.

    Payload: `{"iteration"}`. Blob: a snapshot.
    """

    kind: Literal["branch"] = "branch"
    iteration: int | None = None


class ReplayQuestion(Plain):
    """All that a one-file replay holds: the recorded iterations, newest first, and the metrics.

    Payload: `{"name", "has_curves"}`. Blob: a ReplayDocument, packed.
    """

    kind: Literal["replay"] = "replay"


Question = Annotated[
    TapeQuestion
    | BlobQuestion
    | TimesQuestion
    | ValuesQuestion
    | MetricsQuestion
    | LayersQuestion
    | DiagnosisQuestion
    | DotQuestion
    | ParametersQuestion
    | OriginQuestion
    | BranchQuestion
    | ReplayQuestion,
    Field(discriminator="kind"),
]


@dataclass(frozen=True)
class Answer:
    """What a session answered: JSON, and numbers as bytes where the question asks for them."""

    payload: bytes
    blob: bytes | memoryview = b""
