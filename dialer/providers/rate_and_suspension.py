"""Provider accounts at work: suspended when refused, and kept to their rate."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from dialer import notices
from dialer.models import NoticeEvent, ProviderAccount

# Slots lie 1.08 / limit apart: an order may leave 25 ms late, and be under way for 55 ms more than the one before,
# without coming too close to the others (docs/adr/0006-paced-calls.md).
LATEST = timedelta(milliseconds=25)
"""How long after the beginning of its slot an order may leave; later it needs another one."""
MARGIN = timedelta(milliseconds=80)
"""How unevenly orders may reach the provider, LATEST and the way there together, without breaking the limit."""


def suspend(*, account: ProviderAccount, reason: str, now: datetime) -> None:
    """Stops all orders of this account until a person resumes it. The first reason stays."""
    well = ProviderAccount.objects.filter(pk=account.pk, suspended_at=None)
    with transaction.atomic():
        if well.update(suspended_at=now, suspended_reason=reason[:500]):
            notices.notify_of_account(NoticeEvent.ACCOUNT_SUSPENDED, account, now=now, text=reason)


def take_slots(account_id: int, *, count: int, now: datetime) -> list[datetime]:
    """Reserves the account's next sending slots, for all workers together; the moments at which they begin.

    One UPDATE: the row is the meeting point, so that any number of workers keep one rate. No second holds more orders
    than the limit, wherever it begins: as many slots as the limit allows fill a second and MARGIN.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE dialer_provideraccount
               SET next_slot_at = greatest(coalesce(next_slot_at, %(now)s), %(now)s)
                                  + %(count)s * make_interval(secs => %(spread)s / requests_per_second)
             WHERE id = %(id)s
            RETURNING next_slot_at, make_interval(secs => %(spread)s / requests_per_second)
            """,
            {"now": now, "id": account_id, "count": count, "spread": 1 + MARGIN.total_seconds()},
        )
        after, distance = cursor.fetchone()
    return [after - left * distance for left in range(count, 0, -1)]


def take_slot(account_id: int, *, now: datetime) -> datetime:
    return take_slots(account_id, count=1, now=now)[0]
