from __future__ import annotations

from datetime import datetime

from dialer.notices import bell as portal
from dialer.notices import outbox


def sweep(*, now: datetime) -> None:
    """Tells what was gathered, sends what is due or was forgotten, drops what is old."""
    portal.gather_doubts(now=now)
    outbox.wake_due(now=now)
    portal.forget_old(now=now)
    outbox.forget_old(now=now)
