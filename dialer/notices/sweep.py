from __future__ import annotations

from datetime import datetime

from dialer.notices import bell, outbox


def sweep_notices(*, now: datetime) -> None:
    """Notifies of gathered doubts, sends what is due or was forgotten, deletes what is old."""
    bell.notify_of_waiting_doubts(now=now)
    outbox.defer_due(now=now)
    bell.delete_old_notifications(now=now)
    outbox.delete_old_messages(now=now)
