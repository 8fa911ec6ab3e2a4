"""One thread for torch, and a check that no recording leaves anything behind."""

import gc
from collections.abc import Iterator

import pytest
import torch
from torch.optim import optimizer

from gradtape.engine.private_torch import innermost_modes


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """As in a session's process."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def torch_as_it_was() -> Iterator[None]:
    """After every test here, torch and the garbage collector are as they were before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
    assert innermost_modes() == (None, None)
    assert gc.isenabled()
    assert torch.is_grad_enabled()
    assert not optimizer._global_optimizer_pre_hooks
    assert not optimizer._global_optimizer_post_hooks
