"""Kills workers while a campaign runs, restarts its database once, and remembers when."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.live import LivePortal
from tests.support.own_postgres import OwnPostgres

WORKERS = ("one", "two")
PAUSE = (3.0, 5.0)
"""Seconds between two kills, at least and at most."""


@dataclass(slots=True)
class Weather:
    """What was done to the portal, in Unix seconds."""

    kills: list[float] = field(default_factory=list)
    restart: tuple[float, float] | None = None
    ended_by_themselves: int = 0
    """Workers that went away unasked and were started again, as a service manager would."""


@dataclass(slots=True)
class Storm:
    portal: LivePortal
    server: OwnPostgres | None
    """Restarted when half of the numbers are ordered; None: never."""
    most_kills: int
    seed: int
    weather: Weather = field(default_factory=Weather)

    def rage(self, *, waiting: Callable[[], int], count: int, seconds: float) -> bool:
        """Until nobody waits any more. False when that took too long."""
        chance = random.Random(self.seed)
        ends_at = time.monotonic() + seconds
        kill_at = time.monotonic() + chance.uniform(*PAUSE)
        while left := waiting():
            if time.monotonic() > ends_at:
                return False
            self.revive()
            if time.monotonic() > kill_at and len(self.weather.kills) < self.most_kills:
                self._kill()
                kill_at = time.monotonic() + chance.uniform(*PAUSE)
            if self.server and self.weather.restart is None and left < count / 2:
                self.weather.restart = self.server.restart()
            time.sleep(0.2)
        return True

    def _kill(self) -> None:
        name = WORKERS[len(self.weather.kills) % len(WORKERS)]
        self.portal.kill(name)
        self.weather.kills.append(time.time())
        self.portal.start_worker(name)

    def revive(self) -> None:
        for name in WORKERS:
            if self.portal.has_ended(name):
                self.weather.ended_by_themselves += 1
                self.portal.start_worker(name)
