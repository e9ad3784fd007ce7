"""Provider accounts at work: suspended when refused, and kept to their rate."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from dialer.models.accounts import ProviderAccount


def suspend(*, account: ProviderAccount, reason: str, now: datetime) -> None:
    """Stops all orders of this account until a person resumes it. The first reason stays."""
    ProviderAccount.objects.filter(pk=account.pk, suspended_at=None).update(
        suspended_at=now, suspended_reason=reason[:500]
    )


def take_slot(account_id: int, *, now: datetime) -> float:
    """Reserves the account's next sending slot, for all workers together; returns the seconds to wait for it.

    One UPDATE: the row is the meeting point, so that any number of workers keep one rate.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE dialer_provideraccount
               SET next_slot_at = greatest(coalesce(next_slot_at, %(now)s), %(now)s)
                                  + make_interval(secs => 1.0 / requests_per_second)
             WHERE id = %(id)s
            RETURNING next_slot_at - make_interval(secs => 1.0 / requests_per_second)
            """,
            {"now": now, "id": account_id},
        )
        (slot,) = cursor.fetchone()
    return max((slot - now) / timedelta(seconds=1), 0.0)
