"""Where a callback is stored before it is believed: a job applies it, or asks the provider about it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.support import jobs

APPLY_JOB = "dialer.tasks.apply_deliveries"
APPLY_LOCK = "apply_deliveries"
CONFIRM_JOB = "dialer.tasks.confirm_callbacks"
CONFIRM_LOCK = "confirm_callbacks"
BODY_LIMIT = 256 * 1024
"""Bytes of one callback; a call record has about two thousand."""


class Callback(NamedTuple):
    """A callback that was let in, as it came."""

    account_id: int
    received_at: datetime
    body: bytes
    topic: str = "call-record"
    order_id: str = ""
    """Our order id, where it came to the address of one order."""
    is_signed: bool = True
    """It proved to be the provider's. Of any other the provider is asked before it counts (confirm.py)."""


# One statement, whatever number of callbacks came together (group_writer.py).
INSERT_CALLBACKS = """
    INSERT INTO dialer_webhookdelivery (account_id, received_at, body, topic, order_id, is_signed, state, error)
    SELECT account_id, received_at, body, topic, order_id, is_signed,
           CASE WHEN is_signed THEN 'received' ELSE 'to_confirm' END, ''
      FROM unnest(%s::bigint[], %s::timestamptz[], %s::bytea[], %s::text[], %s::text[], %s::boolean[])
           AS came (account_id, received_at, body, topic, order_id, is_signed)
"""


def store_callbacks(callbacks: Sequence[Callback]) -> None:
    """Answer the provider after the commit, and only then; `defer_job` starts what goes on with them."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT_CALLBACKS, [list(column) for column in zip(*callbacks, strict=True)])


def defer_job(*, is_signed: bool = True) -> None:
    """Has a job apply what is stored, or ask the provider about it; in the caller's transaction."""
    if is_signed:
        jobs.defer_once(APPLY_JOB, queue="inbox", lock=APPLY_LOCK)
    else:
        jobs.defer_once(CONFIRM_JOB, queue="inbox", lock=CONFIRM_LOCK)


def defer_jobs_after_commit(callbacks: Sequence[Callback]) -> None:
    """The same for what is committed: a job that waits now will see it, so no worker has to be kept from it."""
    for is_signed in {callback.is_signed for callback in callbacks}:
        lock = APPLY_LOCK if is_signed else CONFIRM_LOCK
        if not ProcrastinateJob.objects.filter(queueing_lock=lock, status="todo").exists():
            defer_job(is_signed=is_signed)
