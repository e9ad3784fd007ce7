"""Results in: a provider's record, whichever way it came, becomes one CallDetailRecord and settles its order.

Repeated, out of order, out of date and unknown records change nothing they should not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from dialer import hooks
from dialer.models import CallDetailRecord, ProviderAccount
from dialer.outcomes import record_store, results
from dialer.outcomes.record_store import Arrival
from telephony.contract.records import CallRecord


def apply_records(
    records: Iterable[CallRecord], *, account: ProviderAccount, source: str, now: datetime
) -> list[CallDetailRecord]:
    """Stores the records and settles the orders they belong to, as if they had come one after another. Idempotent.

    The row of each, in their order.
    """
    arrivals = [Arrival(account.pk, record) for record in records]
    rows = apply_arrivals(arrivals, source=source, now=now)
    return [rows[arrival.key] for arrival in arrivals]


def apply_arrivals(
    arrivals: Iterable[Arrival], *, source: str, now: datetime
) -> dict[record_store.Key, CallDetailRecord]:
    """As `apply_records`, of any accounts."""
    rows: dict[record_store.Key, CallDetailRecord] = {}
    with transaction.atomic():
        for some in record_store.split_rounds(arrivals):
            stored = record_store.store_records(some, source=source, now=now)
            unsettled = stored
            for settle in (results.settle_calls, *hooks.record_settlers):
                taken = settle(unsettled, now=now)
                # What found its order is no other settler's: a record tells of one call.
                unsettled = [record for record in unsettled if record.pk not in taken]
                if not unsettled:
                    break
            rows |= {arrival.key: row for arrival, row in zip(some, stored, strict=True)}
    return rows
