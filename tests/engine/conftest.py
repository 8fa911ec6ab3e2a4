"""One thread for torch: tests are small, and waiting threads would fight over a busy machine."""

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """As in a session's process."""
    torch.set_num_threads(1)
