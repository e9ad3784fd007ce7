"""Results in: a provider's record, whichever way it came, becomes one CallDetailRecord and settles its order.

Repeated, out of order and unknown records change nothing they should not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import transaction

from dialer import jobs, providers
from dialer.models import CallDetailRecord, ProviderAccount, WebhookDelivery
from telephony.contract import CallRecord


class Settler(Protocol):
    """Gives a record to the order it belongs to; that order's reference, or "" when it is not one of its kind."""

    def __call__(self, record: CallDetailRecord, *, now: datetime) -> str: ...


_settlers: list[Settler] = []


def register(settler: Settler) -> None:
    _settlers.append(settler)


APPLY_JOB = "dialer.tasks.apply_deliveries"
BATCH = 5_000
"""Callbacks that one job applies; what is left waits for the next one."""
BODY_LIMIT = 256 * 1024
"""Bytes of one callback; a call record has about two thousand."""


def apply_record(record: CallRecord, *, account: ProviderAccount, source: str, now: datetime) -> CallDetailRecord:
    """Stores the record and settles the order it belongs to. Idempotent."""
    with transaction.atomic():
        row, _created = CallDetailRecord.objects.update_or_create(
            account=account,
            provider_call_id=record.provider_call_id[:100],
            defaults=_columns(record),
            create_defaults={**_columns(record), "source": source, "received_at": now},
        )
        for settle in _settlers:
            if reference := settle(row, now=now):
                CallDetailRecord.objects.filter(pk=row.pk).update(reference=reference)
                break
    return row


def _columns(record: CallRecord) -> dict[str, object]:
    return {
        "order_id": record.order_id[:64],
        "task_id": record.task_id[:100],
        "disposition": record.disposition.value,
        "hangup_code": record.hangup_code[:20],
        "abandoned": record.abandoned,
        "hangup_reason": record.hangup_reason[:200],
        "started_at": record.started_at,
        "answered_at": record.answered_at,
        "ended_at": record.ended_at,
        "talk_seconds": record.talk_seconds,
        "cost": record.cost,
        "raw": record.raw,
    }


def take_in(body: bytes, *, account: ProviderAccount, now: datetime) -> WebhookDelivery:
    """Stores an authentic callback and sees to it that a job applies it. Answer the provider after the commit."""
    with transaction.atomic():
        delivery = WebhookDelivery.objects.create(account=account, received_at=now, body=body)
        jobs.defer_once(APPLY_JOB, queue="inbox", lock="apply_deliveries")
    return delivery


def apply_deliveries(*, now: datetime) -> int:
    """Applies what was stored and not applied yet, oldest first; returns how many."""
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.RECEIVED).order_by("pk")
    return sum(apply_delivery(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:BATCH])


def apply_delivery(pk: int, *, now: datetime) -> bool:
    """Applies one stored callback; False when that was done before, or is being done."""
    with transaction.atomic():
        delivery = (
            WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("account")
            .filter(pk=pk, state=WebhookDelivery.State.RECEIVED)
            .first()
        )
        if delivery is None:
            return False
        try:
            record = providers.offline_adapter(delivery.account).parse_push(bytes(delivery.body))
        except ValueError as exc:
            delivery.state, delivery.error = WebhookDelivery.State.UNREADABLE, str(exc)[:500]
        else:
            apply_record(record, account=delivery.account, source="webhook", now=now)
            delivery.state = WebhookDelivery.State.APPLIED
        delivery.save(update_fields=["state", "error"])
    return True
