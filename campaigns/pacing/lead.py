"""How far ahead slots are taken, learnt from those that were missed.

On an idle machine a call can leave a few milliseconds after its batch has its slots. On a busy one it cannot; slots
that begin too soon pass unused, and with them the account's rate.
"""

from __future__ import annotations

from datetime import timedelta

LEAST_LEAD, MOST_LEAD = timedelta(milliseconds=10), timedelta(milliseconds=500)
FADES = 0.995
"""Of the lead, what a kept slot leaves: half of it is gone after 140 of them."""


class Lead:
    def __init__(self) -> None:
        self.now = LEAST_LEAD

    def missed(self, *, by: timedelta, had: timedelta) -> None:
        """A call came too late for its slot, though the slot had been taken `had` ahead."""
        self.now = min(max(self.now, had + by), MOST_LEAD)

    def kept(self) -> None:
        self.now = max(self.now * FADES, LEAST_LEAD)
