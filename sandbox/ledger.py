"""What happened to orders, in numbers that stay small however many there are."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Any


class Ledger:
    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        """How many orders were taken per callee, in digits."""
        self.lost: set[str] = set()
        """Callees of orders that were taken while the answer was not sent."""
        # Eight bytes a request, where a list of floats takes 32: these two are never cut.
        self._arrivals = array("d")
        self._signed = array("d")

    def arrived(self, monotonic: float, *, signed_ms: str) -> None:
        """An order came in, signed at `signed_ms` (Unix milliseconds, as its header says)."""
        self._arrivals.append(monotonic)
        if signed_ms.isascii() and signed_ms.isdigit():
            self._signed.append(int(signed_ms) / 1000)

    def orders_taken(self, callees: Iterable[str]) -> None:
        self.taken.update(callees)

    def answer_lost(self, callees: Iterable[str]) -> None:
        self.lost.update(callees)

    def totals(self) -> dict[str, Any]:
        return {
            "orders": self.taken.total(),
            "callees": len(self.taken),
            "repeated": {callee: count for callee, count in self.taken.items() if count > 1},
            "lost": sorted(self.lost),
        }

    def rate(self) -> dict[str, float]:
        """All requests that order something, refused ones included, and the most within one second.

        By its own clock at arrival; and by the clock of whoever signed them, which a stalled machine does not touch.
        """
        return {
            "requests": len(self._arrivals),
            "worst_second": worst_second(self._arrivals),
            "worst_second_signed": worst_second(sorted(self._signed)),
            "seconds": self._arrivals[-1] - self._arrivals[0] if self._arrivals else 0.0,
        }


def worst_second(arrivals: Iterable[float]) -> int:
    """The most arrivals in any half-open second; the times must not go backwards."""
    times = list(arrivals)
    # A window of two ends that only move on: hundreds of thousands of arrivals in one pass.
    worst = first = 0
    for last, time in enumerate(times):
        while time - times[first] >= 1.0:
            first += 1
        worst = max(worst, last - first + 1)
    return worst
