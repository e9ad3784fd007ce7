"""The look at stop and pause right before a call leaves: one look serves every call that waits for it.

Were each call looked at by itself, a worker that falls behind would ask once more for every call, wait for these
answers, and be later for the next ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from campaigns.models import Campaign
from dialer.models import StopSwitch


class LastLook:
    """Knows how long ago the campaign was seen running, with no stop."""

    def __init__(self, campaign_id: int, db: Callable[..., Awaitable[Any]]) -> None:
        self._campaign_id = campaign_id
        self._db = db
        self._seen_at = float("-inf")
        self._looking: asyncio.Task[bool] | None = None

    @property
    def age(self) -> float:
        """Seconds since the look began that found the campaign running."""
        return time.monotonic() - self._seen_at

    def found_running(self, *, at: float) -> None:
        """Somebody else looked, at this moment of the monotonic clock."""
        self._seen_at = max(self._seen_at, at)

    async def renew(self) -> bool:
        """Looks, or waits for the look that is being taken. False when nothing may leave any more."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        # Other calls wait for the same look: one that is cancelled must not end it.
        return await asyncio.shield(self._looking)

    async def _look(self) -> bool:
        began = time.monotonic()
        try:
            runs: bool = await self._db(still_runs, self._campaign_id)
        finally:
            self._looking = None
        if runs:
            self.found_running(at=began)
        return runs


def still_runs(campaign_id: int) -> bool:
    """Whether nobody paused or stopped the campaign, or everything."""
    return not StopSwitch.objects.current() and Campaign.objects.running().filter(pk=campaign_id).exists()
