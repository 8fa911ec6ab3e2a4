"""One thread for torch, as in a session's process and as an exported program has it; and images."""

from collections.abc import Iterator

import pytest
import torch

from gradtape.engine.data.image_sets import VARIABLE
from tests.image_files import write_image_set


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="package", autouse=True)
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of images in the environment: exported programs look for it there too.

    Not for the whole run: other tests start servers that are to have none.
    """
    folder = tmp_path_factory.mktemp("images")
    write_image_set(folder, compressed=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(folder))
        yield
