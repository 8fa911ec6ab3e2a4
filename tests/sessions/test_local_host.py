"""LocalHost keeps the contract of every host."""

import pytest

from tests.sessions.host_contract import HostContract

pytestmark = pytest.mark.anyio


class TestLocalHost(HostContract):
    """With forked processes."""
