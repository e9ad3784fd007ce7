"""The database's notifications (LISTEN/NOTIFY) that an agent has something to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container

import psycopg
from procrastinate.contrib.django.utils import connector_params

from dialer.support.jobs import AGENTS_CHANNEL

log = logging.getLogger(__name__)
# Meanwhile the desk looks by itself at the same pace (LeaseTimes.look), so nothing waits longer than that.
RECONNECT_SECONDS = 2.0


class AgentNotifications:
    """One for each thing that somebody asks of an agent. A lost one costs a moment: the desk also looks by itself."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()
        self._agents: set[int] = set()

    async def wait(self, seconds: float) -> None:
        """Until one arrives, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return
        finally:
            self._arrived.clear()

    def named_others_than(self, agents: Container[int]) -> bool:
        """Whether one named an agent that is not among these, since this was last asked."""
        named, self._agents = self._agents, set()
        return any(agent_pk not in agents for agent_pk in named)

    def receive(self, payload: str) -> None:
        # Whoever may use the database may notify; what is no agent's pk is not ours.
        if payload.isascii() and payload.isdigit():
            self._agents.add(int(payload))
            self._arrived.set()

    async def listen(self) -> None:
        """For ever."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**connector_params(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {AGENTS_CHANNEL}")
                    async for notification in connection.notifies():
                        self.receive(notification.payload)
            except (psycopg.Error, OSError) as exc:
                log.warning("The agent desk cannot receive notifications from the database (%s).", type(exc).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
