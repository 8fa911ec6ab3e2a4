"""What a one-file replay holds: recorded iterations that a page can show without a server."""

from base64 import b64decode, b64encode
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from gradtape.tape.frame import Blob, Frame
from gradtape.tape.metrics import Metrics
from gradtape.tape.numbers import Plain
from gradtape.tape.structure import Structure


def _from_base64(value: Any) -> Any:
    return b64decode(value, validate=True) if isinstance(value, str) else value


def _to_base64(value: bytes | memoryview) -> str:
    return b64encode(value).decode()


# pydantic's own base64 is the alphabet of addresses, which a browser's atob does not read.
Base64 = Annotated[
    Blob,
    BeforeValidator(_from_base64),
    PlainSerializer(_to_base64, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


class ReplayFrame(Frame):
    """A frame whose numbers travel inside its JSON."""

    blob: Base64 = Field(repr=False, description="float32, little-endian, by structure.slots.")


class ReplayDocument(Plain):
    """Iterations of one network, with all that a viewer needs to know of them."""

    name: str
    gradtape_version: str
    torch_version: str
    structures: dict[str, Structure] = Field(description="By hash, one for each that is used.")
    frames: list[ReplayFrame] = Field(min_length=1, description="By iteration, rising.")
    metrics: Metrics | None = Field(description="Of all iterations that ran, recorded or not.")
    notices: list[str] = Field(description="What a viewer has to be told: what was left out.")

    @property
    def has_curves(self) -> bool:
        """Whether there is more than a point to draw."""
        return self.metrics is not None and len(self.metrics.iteration) > 1
