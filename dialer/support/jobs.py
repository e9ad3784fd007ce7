"""Deferring jobs: in the caller's transaction, and one waiting job for one thing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def defer_once(task: str, *, queue: str, lock: str, at: datetime | None = None, **arguments: Any) -> None:
    """Defers a job in the caller's transaction, unless one with the same lock waits already: that one will do.

    It does not start before the caller's transaction ends, so it sees what that wrote.
    """
    job = app.configure_task(task, queue=queue, queueing_lock=lock, schedule_at=at)
    while True:
        try:
            # A savepoint: the refusal by the unique lock must not spoil the caller's transaction.
            with transaction.atomic():
                job.defer(**arguments)
            return
        except AlreadyEnqueued:
            if _hold_job(lock):
                return


def _hold_job(lock: str) -> bool:
    """Keeps workers from the waiting job until the caller's transaction ends; False when one has taken it already."""
    # Workers look for jobs with SKIP LOCKED. A share lock keeps them away without making callers wait for each other.
    waiting = "SELECT id FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR SHARE"
    with connection.cursor() as cursor:
        cursor.execute(waiting, [lock])
        return cursor.fetchone() is not None


AGENTS_CHANNEL = "portal_agents"


def notify_agent(agent_pk: int) -> None:
    """Tells the process that holds this agent's session to look for work; delivered with the caller's commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [AGENTS_CHANNEL, str(agent_pk)])
