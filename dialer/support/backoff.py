"""How long to wait before the next try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LONGEST_ASKED_FOR = timedelta(days=1)
"""A provider that asks for more than this is tried again all the same: its clock or its unit is wrong."""
_MOST_STEPS = 64
"""Of growth. Failures may be counted for weeks, and a float ends at 2 ** 1024."""


@dataclass(frozen=True, slots=True)
class Backoff:
    first: timedelta
    factor: float = 2
    longest: timedelta = timedelta(days=1)

    def wait(self, tries: int, *, retry_after: float | None = None) -> timedelta:
        """After `tries` tries that failed, at least 1. Seconds that the other side asked for count where longer."""
        grown = self.first.total_seconds() * self.factor ** min(max(tries - 1, 0), _MOST_STEPS)
        wait = timedelta(seconds=min(grown, self.longest.total_seconds()))
        if not retry_after:
            return wait
        return max(wait, timedelta(seconds=min(retry_after, LONGEST_ASKED_FOR.total_seconds())))
