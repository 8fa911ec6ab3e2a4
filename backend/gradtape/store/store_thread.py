"""The session store for asyncio: a thread of its own, calls in the order they were made in."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from gradtape.errors import SessionUnavailable
from gradtape.store.session_store import SessionStore

P = ParamSpec("P")
T = TypeVar("T")


class StoreThread:
    """Calls the store's blocking methods without blocking the loop.

    Args:
        store: called by nobody else from now on.
    """

    def __init__(self, store: SessionStore) -> None:
        self.store = store
        self._is_closed = False
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gradtape-store")

    async def call(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`await desk.call(desk.store.load, session_id)`; a cancelled call is still carried out.

        Raises:
            SessionUnavailable: closed; or the store failed.
        """
        if self._is_closed:
            raise SessionUnavailable("The server is stopping.")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: method(*args, **kwargs))

    async def close(self) -> None:
        """Finish the calls under way, then close the store."""
        await self.call(self.store.close)
        self._is_closed = True
        self._executor.shutdown(wait=True)
