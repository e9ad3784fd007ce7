"""New slots for calls that missed theirs, for all of them at once: a worker that is behind must not fall further."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from dialer.providers import rate_and_suspension


class LateSlots:
    def __init__(self, db: Callable[..., Awaitable[Any]], *, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        self._waiting: dict[int, list[asyncio.Future[datetime]]] = defaultdict(list)
        self._serving: asyncio.Task[None] | None = None

    async def take_slot(self, account_id: int) -> datetime:
        """When the account's next free slot begins."""
        slot: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
        self._waiting[account_id].append(slot)
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve_waiting())
        return await slot

    async def _serve_waiting(self) -> None:
        while self._waiting:
            account_id, waiting = self._waiting.popitem()
            try:
                slots = await self._db(
                    rate_and_suspension.take_slots, account_id, count=len(waiting), now=self._clock()
                )
            except Exception as exc:  # whoever waits has to know, whatever it was
                for future in waiting:
                    future.set_exception(exc)
                continue
            for future, slot in zip(waiting, slots, strict=True):
                future.set_result(slot)
        self._serving = None
