"""One thread for torch: tests are small, and waiting threads would fight over a busy machine."""

from collections.abc import Iterator

import pytest
import torch

from tests.engine.zoo_recordings import Recordings


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """As in a session's process."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def recordings() -> Iterator[Recordings]:
    """The recorded zoo; a recording is read by many tests and made once."""
    with torch.random.fork_rng(devices=[]):
        yield Recordings()
