"""Messages that leave the portal: written with the notification, claimed by one worker, tried again with patience.

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
"""Longer than any try takes (http_post.TOTAL_SECONDS, settings.EMAIL_TIMEOUT)."""
KEPT_FOR = timedelta(days=90)
_WRITTEN_AT_ONCE = 1000

State = NoticeMessage.State


def write_to_webhooks(event: NoticeEvent, *data: dict[str, Any], now: datetime) -> None:
    """One message for each piece of data and each active target that wants the event."""
    for target in WebhookTarget.objects.wanting(event).order_by("pk"):
        write_messages(target, event, *data, now=now)


def write_messages(target: WebhookTarget, event: NoticeEvent, *data: dict[str, Any], now: datetime) -> None:
    rows = []
    for piece in data:
        message_id = f"msg_{uuid.uuid4().hex}"
        body = {"id": message_id, "event": str(event), "at": now.isoformat(timespec="milliseconds"), "data": piece}
        rows.append(
            NoticeMessage(
                target=target,
                message_id=message_id,
                event=event,
                body=json.dumps(body, ensure_ascii=False),
                next_at=now,
                created_at=now,
            )
        )
    NoticeMessage.objects.bulk_create(rows, batch_size=_WRITTEN_AT_ONCE)
    _defer_after_commit(target.pk)


def write_to_mailboxes(notification: Notification, *, now: datetime) -> None:
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
    _defer_after_commit(None)


def _defer_after_commit(target_id: int | None) -> None:
    # Not within the transaction: there the job's lock would make every transaction that notifies wait for the slowest
    # of them, and orders are settled in some of these. What is lost here, the sweep finds (defer_due).
    transaction.on_commit(partial(_defer_delivery, target_id), robust=True)


def _defer_delivery(target_id: int | None) -> None:
    jobs.defer_once(DELIVER_JOB, queue="notices", lock=f"deliver:{target_id or 'mail'}", target_id=target_id)


def defer_due(*, now: datetime) -> int:
    """Gives every target with due messages its job; returns how many."""
    due = set(NoticeMessage.objects.due(now=now).values_list("target_id", flat=True).distinct())
    for target_id in due:
        _defer_delivery(target_id)
    return len(due)


def claim_message(target_id: int | None, *, now: datetime) -> NoticeMessage | None:
    """The oldest due message of a target (None: the mailboxes) for this worker alone, until its lease ends.

    None also while another worker sends to this target: one that hangs must not hold up a worker for each message.
    """
    in_hand = NoticeMessage.objects.waiting().filter(target=target_id, next_at__gt=now).exclude(claim=None)
    with transaction.atomic():
        if in_hand.exists():
            return None
        due = NoticeMessage.objects.due(now=now).filter(target=target_id).order_by("next_at", "id")
        row: NoticeMessage | None = (
            due.select_for_update(skip_locked=True, of=("self",)).select_related("target").first()
        )
        if row is None:
            return None
        # Counted before it is sent: a worker that dies in the middle has used a try.
        row.claim, row.next_at, row.tries = uuid.uuid4(), now + LEASE, row.tries + 1
        row.save(update_fields=["claim", "next_at", "tries"])
    return row


def send_again(row: NoticeMessage, *, now: datetime) -> bool:
    """From the first try on, under its old id. False while a worker is sending it."""
    idle = NoticeMessage.objects.filter(pk=row.pk, claim=None)
    done = idle.update(state=State.WAITING, next_at=now, tries=0, ended_at=None)
    if done:
        _defer_after_commit(row.target_id)
    return bool(done)


def delete_old_messages(*, now: datetime) -> int:
    """Some at a time. What still waits for a target that is off goes too."""
    old = NoticeMessage.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
    return NoticeMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_WRITTEN_AT_ONCE])).delete()[0]
