"""The database of one agent's runner, which outlives a restart of the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError

from dialer.support.async_db import Database

log = logging.getLogger(__name__)
T = TypeVar("T")

PAUSE_SECONDS = 1.0


class PatientDatabase:
    """Asks until the database answers, or the lease on the agent may have run out (LeaseLost)."""

    def __init__(self, db: Database, *, require_lease: Callable[[], None], agent_pk: int) -> None:
        self._db = db
        self._require_lease = require_lease
        self._agent_pk = agent_pk

    async def __call__(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        while True:
            self._require_lease()
            try:
                return await self._db(function, *args, **kwargs)
            except (InterfaceError, OperationalError) as exc:
                # Giving up would lose events in hand, which the gateway hands out once.
                log.warning(
                    "The database is unavailable (%s); agent %s is waiting.", type(exc).__name__, self._agent_pk
                )
            await asyncio.sleep(PAUSE_SECONDS)
