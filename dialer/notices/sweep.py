from __future__ import annotations

from datetime import datetime

from dialer.notices import bell, outbox


def sweep(*, now: datetime) -> None:
    """Tells what was gathered, sends what is due or was forgotten, drops what is old."""
    bell.gather_doubts(now=now)
    outbox.wake_due(now=now)
    bell.forget_old(now=now)
    outbox.forget_old(now=now)
