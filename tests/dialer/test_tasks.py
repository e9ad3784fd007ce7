from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer import tasks
from dialer.ledger.enqueue import enqueue
from dialer.models import CallRequest, State
from tests.support.builders import make_call_request

pytestmark = pytest.mark.django_db


def stall(job_id: int) -> None:
    """As a worker that died leaves it: doing, and its heart beat an hour ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
            " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker"
            " WHERE procrastinate_jobs.id = %s",
            [job_id],
        )


def test_the_job_of_a_dead_worker_runs_again():
    enqueue(make_call_request())
    job = ProcrastinateJob.objects.get()
    stall(job.pk)
    async_to_sync(tasks.rescue_stalled_jobs.func)(0)
    job.refresh_from_db()
    assert job.status == "todo"


def test_the_sweep_ends_what_would_wait_for_ever():
    now = timezone.now()
    expired = make_call_request("+447700900001", expires_at=now)
    lost = make_call_request("+447700900002", state=State.SENDING)
    CallRequest.objects.filter(pk=lost.pk).update(lease_expires_at=now - timedelta(seconds=1))
    tasks.sweep_once()
    for row in (expired, lost):
        row.refresh_from_db()
    assert (expired.state, lost.state) == (State.CANCELLED, State.IN_DOUBT)


def test_seconds_are_the_last_cron_field():
    crons = {periodic.cron for periodic in tasks.app.periodic_registry.periodic_tasks.values()}
    assert crons
    assert all(cron.startswith("* * * * * */") for cron in crons if len(cron.split()) > 5)
