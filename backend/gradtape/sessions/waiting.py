"""Futures that others wait on, settled at most once."""

import asyncio
from typing import Any, TypeVar

T = TypeVar("T")


def settle(future: asyncio.Future[T], result: T) -> None:
    """Give the result, unless whoever waits has gone or has been answered."""
    if not future.done():
        future.set_result(result)


def fail(future: asyncio.Future[Any], error: Exception) -> None:
    """Raise an error where the future is awaited, if it still is."""
    if not future.done():
        future.set_exception(error)
        # Marks it as seen: if nobody waits, there is nobody to tell.
        future.exception()
