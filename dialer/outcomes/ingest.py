"""Results in: a provider's record, whichever way it came, becomes one CallDetailRecord and settles its order.

Repeated, out of order, out of date and unknown records change nothing they should not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.models import CallDetailRecord, ProviderAccount
from dialer.outcomes import record_store
from dialer.outcomes.record_store import Arrival
from dialer.support import jobs
from telephony.contract.records import CallRecord


class Settler(Protocol):
    """Gives records to the orders they belong to; the pks of those records that belong to one of its kind."""

    def __call__(self, records: Sequence[CallDetailRecord], /, *, now: datetime) -> set[int]: ...


_settlers: list[Settler] = []


def register(settler: Settler) -> None:
    _settlers.append(settler)


APPLY_JOB = "dialer.tasks.apply_deliveries"
APPLY_LOCK = "apply_deliveries"
CONFIRM_JOB = "dialer.tasks.confirm_callbacks"
CONFIRM_LOCK = "confirm_callbacks"
BODY_LIMIT = 256 * 1024
"""Bytes of one callback; a call record has about two thousand."""


def apply_record(record: CallRecord, *, account: ProviderAccount, source: str, now: datetime) -> CallDetailRecord:
    """Stores the record and settles the order it belongs to. Idempotent."""
    return apply_records([record], account=account, source=source, now=now)[0]


def apply_records(
    records: Iterable[CallRecord], *, account: ProviderAccount, source: str, now: datetime
) -> list[CallDetailRecord]:
    """As `apply_record`, for any number, as if they had come one after another; the row of each, in their order."""
    arrivals = [Arrival(account.pk, record) for record in records]
    rows = apply_arrivals(arrivals, source=source, now=now)
    return [rows[arrival.key] for arrival in arrivals]


def apply_arrivals(
    arrivals: Iterable[Arrival], *, source: str, now: datetime
) -> dict[record_store.Key, CallDetailRecord]:
    """As `apply_records`, of any accounts."""
    rows: dict[record_store.Key, CallDetailRecord] = {}
    with transaction.atomic():
        for some in record_store.rounds(arrivals):
            stored = record_store.store(some, source=source, now=now)
            _settle(stored, now=now)
            rows |= {arrival.key: row for arrival, row in zip(some, stored, strict=True)}
    return rows


def _settle(records: list[CallDetailRecord], *, now: datetime) -> None:
    for settle in _settlers:
        taken = settle(records, now=now)
        records = [record for record in records if record.pk not in taken]
        if not records:
            return


class Callback(NamedTuple):
    """A callback that was let in, as it came."""

    account_id: int
    received_at: datetime
    body: bytes
    topic: str = "call-record"
    order_id: str = ""
    """Our order id, where it came to the address of one order."""
    is_signed: bool = True
    """It proved to be the provider's. Of any other the provider is asked before it counts (confirming.py)."""


KEEP = """
    INSERT INTO dialer_webhookdelivery (account_id, received_at, body, topic, order_id, is_signed, state, error)
    SELECT account_id, received_at, body, topic, order_id, is_signed,
           CASE WHEN is_signed THEN 'received' ELSE 'to_confirm' END, ''
      FROM unnest(%s::bigint[], %s::timestamptz[], %s::bytea[], %s::text[], %s::text[], %s::boolean[])
           AS came (account_id, received_at, body, topic, order_id, is_signed)
"""


def keep(callbacks: Sequence[Callback]) -> None:
    """Stores them in one statement. Answer the provider after the commit, and `wake` the jobs that go on with them."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [list(column) for column in zip(*callbacks, strict=True)])


def wake(*, is_signed: bool = True) -> None:
    """Sees to it that a job applies what is stored, or asks the provider about it; in the caller's transaction."""
    if is_signed:
        jobs.defer_once(APPLY_JOB, queue="inbox", lock=APPLY_LOCK)
    else:
        jobs.defer_once(CONFIRM_JOB, queue="inbox", lock=CONFIRM_LOCK)


def wake_after_commit(callbacks: Sequence[Callback]) -> None:
    """The same for what is committed: a job that waits now will see it, so no worker has to be kept from it."""
    for is_signed in {callback.is_signed for callback in callbacks}:
        lock = APPLY_LOCK if is_signed else CONFIRM_LOCK
        if not ProcrastinateJob.objects.filter(queueing_lock=lock, status="todo").exists():
            wake(is_signed=is_signed)


def take_in(callback: Callback) -> None:
    """Stores a callback that was let in, and sees to it that a job goes on. Answer the provider after the commit."""
    with transaction.atomic():
        keep([callback])
        wake(is_signed=callback.is_signed)
