"""Images that whoever runs the server provides; a spec knows them by a plain name only."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gradtape import limits
from gradtape.spec.data_base import DataBase
from gradtape.spec.fields import WHOLE
from gradtape.spec.wording import Shape

SIDE = 28  # pixels, as MNIST has them; so have Fashion-MNIST and Kuzushiji-MNIST
CLASSES = 10
MOST_SAMPLES = limits.MAX_DATA_VALUES // (SIDE * SIDE)

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]*$"
"""No dot and no slash: a name can never lead out of the folder."""

NO_IMAGE_SETS = (
    "This server has no images: whoever runs it can name a folder of them "
    "(gradtape serve --images FOLDER)."
)


class MnistFormatData(DataBase, frozen=True):
    """Images of 28×28 grey pixels from 0 to 1, in ten classes, that this server has in its folder.

    Files in MNIST's format: MNIST itself, Fashion-MNIST and the like.
    """

    title: ClassVar[str] = "Images (MNIST format)"
    kind: Literal["mnist_format"]
    images: Annotated[str, Field(pattern=NAME_PATTERN, max_length=limits.MAX_NAME_LENGTH)] = Field(
        description="Which of the server's image sets."
    )
    part: Literal["train", "test"] = Field(
        default="train", description="Which of its two parts; training sets have the more images."
    )
    samples: Annotated[int, Field(ge=1, le=MOST_SAMPLES), WHOLE] = Field(
        default=1_000, description="How many, picked by the seed."
    )
    layout: Literal["flat", "images"] = Field(
        default="flat", description="As 784 numbers, or as images of shape (1, 28, 28)."
    )

    @property
    def sample_count(self) -> int:
        """How many samples."""
        return self.samples

    @property
    def class_count(self) -> int:
        """Ten, whatever they stand for."""
        return CLASSES

    @property
    def sample_shape(self) -> Shape:
        """784 numbers, or one channel of 28×28."""
        return (SIDE * SIDE,) if self.layout == "flat" else (1, SIDE, SIDE)
