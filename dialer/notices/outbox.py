"""Messages that leave the portal: written with what they tell, claimed by one worker, tried again with patience.

A message may arrive twice (its answer was lost, or a worker died after sending): its id makes that harmless.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from dialer.models import NoticeEvent, NoticeMessage, Notification, WebhookTarget
from dialer.support import jobs

DELIVER_JOB = "dialer.tasks.deliver_messages"
LEASE = timedelta(minutes=1)
"""Longer than any try takes (posting.TOTAL_SECONDS, settings.EMAIL_TIMEOUT)."""
KEPT = timedelta(days=90)
_AT_ONCE = 1000

State = NoticeMessage.State


def to_webhooks(event: NoticeEvent, *data: dict[str, Any], now: datetime) -> None:
    """One message for each piece of data and each active target that wants the event."""
    for target in WebhookTarget.objects.wanting(event).order_by("pk"):
        write(target, event, *data, now=now)


def write(target: WebhookTarget, event: NoticeEvent, *data: dict[str, Any], now: datetime) -> None:
    rows = [_message(target, event, piece, now=now) for piece in data]
    NoticeMessage.objects.bulk_create(rows, batch_size=_AT_ONCE)
    _wake_after_commit(target.pk)


def _message(target: WebhookTarget, event: NoticeEvent, data: dict[str, Any], *, now: datetime) -> NoticeMessage:
    message_id = f"msg_{uuid.uuid4().hex}"
    body = {"id": message_id, "event": str(event), "at": now.isoformat(timespec="milliseconds"), "data": data}
    return NoticeMessage(
        target=target,
        message_id=message_id,
        event=event,
        body=json.dumps(body, ensure_ascii=False),
        next_at=now,
        created_at=now,
    )


def to_mailboxes(notification: Notification, *, now: datetime) -> None:
    """One e-mail to all mailboxes of the settings; none where there are none."""
    if not settings.PORTAL_NOTIFY_EMAILS:
        return
    page = settings.PORTAL_PUBLIC_URL + notification.url if notification.url else ""
    text = "\n\n".join(filter(None, [notification.text, page]))
    NoticeMessage.objects.create(
        message_id=f"mail_{uuid.uuid4().hex}",
        event=notification.event,
        body=json.dumps({"subject": notification.title, "text": text}, ensure_ascii=False),
        next_at=now,
        created_at=now,
    )
    _wake_after_commit(None)


def _wake_after_commit(target_id: int | None) -> None:
    # Not within the transaction: there the job's lock would make everybody who tells something wait for the slowest
    # of them, and an order is settled in some of these transactions. What is lost here, the sweep finds (wake_due).
    transaction.on_commit(partial(_wake, target_id), robust=True)


def _wake(target_id: int | None) -> None:
    jobs.defer_once(DELIVER_JOB, queue="notices", lock=f"deliver:{target_id or 'mail'}", target_id=target_id)


def wake_due(*, now: datetime) -> int:
    """Gives every target with due messages its job; returns how many."""
    due = set(NoticeMessage.objects.due(now=now).values_list("target_id", flat=True).distinct())
    for target_id in due:
        _wake(target_id)
    return len(due)


def claim(target_id: int | None, *, now: datetime) -> NoticeMessage | None:
    """The oldest due message of a target (None: the mailboxes) for this worker alone, until its lease ends.

    None also while another worker sends to this target: one that hangs must not hold up a worker for each message.
    """
    in_hand = NoticeMessage.objects.waiting().filter(target=target_id, next_at__gt=now).exclude(claim=None)
    with transaction.atomic():
        if in_hand.exists():
            return None
        due = NoticeMessage.objects.due(now=now).filter(target=target_id).order_by("next_at", "id")
        row = due.select_for_update(skip_locked=True, of=("self",)).select_related("target").first()
        if row is None:
            return None
        row.claim, row.next_at, row.tries = uuid.uuid4(), now + LEASE, row.tries + 1
        row.save(update_fields=["claim", "next_at", "tries"])
    return row


def send_again(row: NoticeMessage, *, now: datetime) -> bool:
    """From the first try on, under its old id. False while a worker is sending it."""
    idle = NoticeMessage.objects.filter(pk=row.pk, claim=None)
    done = idle.update(state=State.WAITING, next_at=now, tries=0, ended_at=None)
    if done:
        _wake_after_commit(row.target_id)
    return bool(done)


def forget_old(*, now: datetime) -> int:
    """One step at a time. What still waits for a target that is off goes too."""
    old = NoticeMessage.objects.filter(created_at__lt=now - KEPT).order_by("created_at")
    return NoticeMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_AT_ONCE])).delete()[0]
