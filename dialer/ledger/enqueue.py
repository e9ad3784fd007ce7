"""The job that sends an order, one waiting job a row."""

from __future__ import annotations

from datetime import datetime

from dialer.models import Submission
from dialer.support.jobs import defer_once, notify_agent


def enqueue(row: Submission, *, at: datetime | None = None) -> None:
    """Defers the job that sends this row, in the caller's transaction. One waiting job a row is enough.

    An agent's call is sent by the process that holds the agent's session: it is woken, and looks again by itself.
    """
    if row.sent_by_agent:
        notify_agent(row.sent_by_agent)
        return
    defer_once("dialer.tasks.dispatch", queue="dial", lock=lock_of(row), at=at, kind=row.kind, pk=row.pk)


def lock_of(row: Submission) -> str:
    """The queueing lock of this row's job; without it the row would get a second job while one waits."""
    return f"dispatch:{row.kind}:{row.pk}"
