"""What all tests share: repeatable random examples, and one real server for those that need it."""

from collections.abc import Iterator

import hypothesis
import pytest

from tests.live_server import LiveServer

# The same examples in every run, and no deadline: a busy machine must not fail a test.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server process with a data folder of its own, for the whole run."""
    with LiveServer(tmp_path_factory.mktemp("server")) as server:
        yield server
