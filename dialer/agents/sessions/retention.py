"""How long the log of agents' events is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialer.models import AgentLogEntry

# Events are kept as they came, for whoever asks how a call went (docs/adr/0007-agents-and-aicc.md).
KEEP = timedelta(days=30)
BATCH = 5_000


def delete_old_entries(*, now: datetime) -> int:
    """How many were deleted. In batches: one DELETE of a month would hold its locks too long."""
    old = AgentLogEntry.objects.filter(at__lt=now - KEEP).order_by("at").values_list("pk", flat=True)[:BATCH]
    count, _models = AgentLogEntry.objects.filter(pk__in=list(old)).delete()
    return count
