"""Hears the database's notifications that an agent has something to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container

import psycopg
from procrastinate.contrib.django.utils import connector_params

from dialer.support.jobs import AGENTS_CHANNEL

log = logging.getLogger(__name__)
RECONNECT_SECONDS = 2.0


class Bell:
    """Rings when somebody asked something of an agent. A lost ring costs a moment: its owner looks by itself, too."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._agents: set[int] = set()

    async def wait(self, seconds: float) -> None:
        """Until it rings, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()

    def knows_others_than(self, agents: Container[int]) -> bool:
        """Whether it rang for an agent that is not among these, since it was last asked."""
        rung, self._agents = self._agents, set()
        return any(agent_pk not in agents for agent_pk in rung)

    def ring(self, payload: str) -> None:
        if payload.isascii() and payload.isdigit():
            self._agents.add(int(payload))
            self._rung.set()

    async def listen(self) -> None:
        """For ever, on a connection of its own."""
        while True:
            try:
                await self._listen_once()
            except (psycopg.Error, OSError) as exc:
                log.warning("The agents' desk does not hear the database (%s).", type(exc).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        async with await psycopg.AsyncConnection.connect(**connector_params(), autocommit=True) as connection:
            await connection.execute(f"LISTEN {AGENTS_CHANNEL}")
            async for notification in connection.notifies():
                self.ring(notification.payload)
