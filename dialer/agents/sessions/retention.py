"""What is kept of agents' events only for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialer.models import AgentLogEntry

KEEP = timedelta(days=30)
BATCH = 5_000


def forget_old(*, now: datetime) -> int:
    """Deletes what is too old, so many at a time; how many."""
    old = AgentLogEntry.objects.filter(at__lt=now - KEEP).order_by("at").values_list("pk", flat=True)[:BATCH]
    count, _models = AgentLogEntry.objects.filter(pk__in=list(old)).delete()
    return count
