"""Deferring jobs: in the caller's transaction, and one waiting job for one thing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from dialer.models import Submission


def defer_once(task: str, *, queue: str, lock: str, at: datetime | None = None, **arguments: Any) -> None:
    """Defers a job in the caller's transaction, unless one with the same lock waits already: that one will do."""
    job = app.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=at)
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        return


def enqueue(row: Submission, *, at: datetime | None = None) -> None:
    """Defers the job that sends this row, in the caller's transaction. One waiting job a row is enough."""
    defer_once("dialer.tasks.dispatch", queue="dial", lock=lock_of(row), at=at, kind=row.kind, pk=row.pk)


def lock_of(row: Submission) -> str:
    """The queueing lock of this row's job; without it the row would get a second job while one waits."""
    return f"dispatch:{row.kind}:{row.pk}"
