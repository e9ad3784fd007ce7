"""Database work of async jobs, in a thread and on a connection of its own.

asgiref's `sync_to_async` runs everything in one thread of the process: what takes long there holds up every other job.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")


class Database(Protocol):
    """Runs a function that asks the database."""

    async def __call__(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T: ...


async def in_common_thread(function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """For short work, and for whoever has a transaction open in that thread."""
    return await sync_to_async(function)(*args, **kwargs)


class DatabaseThread:
    """Called with a function and its arguments, it runs it there, one after the other."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def __call__(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        def work() -> T:
            try:
                return function(*args, **kwargs)
            except (InterfaceError, OperationalError):
                connection.close()  # it may be gone; the next one opens another
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        await self(_close_connection)
        self._thread.shutdown(wait=False)


def _close_connection() -> None:
    # A function: `connection.close` itself would be looked up by the caller, as the event loop's and not the thread's.
    connection.close()
