"""What became of one try to send a message: it arrived, it waits for the next try, or it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dialer.models import NoticeEvent, NoticeMessage, Notification, WebhookTarget
from dialer.notices import events
from dialer.notices.http_post import PostResult

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 10 * 60, 60 * 60, 3 * 60 * 60, 12 * 60 * 60))
"""From one try to the next; after the last one a message is given up."""
MAIL_TROUBLE_APART = timedelta(hours=1)

State = NoticeMessage.State


def settle_message(row: NoticeMessage, result: PostResult, *, now: datetime) -> bool:
    """Writes down what came of one try. False when another worker has the message by now: this one's lease ran out."""
    with transaction.atomic():
        if result.is_good:
            WebhookTarget.objects.filter(pk=row.target_id).exclude(trouble_at=None).update(trouble="", trouble_at=None)
            return _end_message(row, State.DELIVERED, result, now=now)
        if result.is_gone:
            # Switched off for good: 410 says that nobody will ever listen there. A person may switch it on again.
            WebhookTarget.objects.filter(pk=row.target_id).update(is_active=False)
            gone = _("The target reports that it no longer exists. It was switched off.")
            return _give_up(row, PostResult(result.status, gone), now=now)
        if row.tries <= len(WAITS):
            again = {"next_at": now + WAITS[row.tries - 1], "claim": None}
            return bool(_claimed(row).update(**again, status=result.status, answer=result.text[:500]))
        return _give_up(row, result, now=now)


def _claimed(row: NoticeMessage) -> Any:
    return NoticeMessage.objects.waiting().filter(pk=row.pk, claim=row.claim)


def _end_message(row: NoticeMessage, state: str, result: PostResult, *, now: datetime) -> bool:
    ended = {"state": state, "next_at": None, "claim": None, "ended_at": now}
    return bool(_claimed(row).update(**ended, status=result.status, answer=result.text[:500]))


def _give_up(row: NoticeMessage, result: PostResult, *, now: datetime) -> bool:
    if not _end_message(row, State.FAILED, result, now=now):
        return False
    if _is_new_trouble(row, result, now=now):
        events.notify_undelivered(row, result.text or str(result.status), now=now)
    return True


def _is_new_trouble(row: NoticeMessage, result: PostResult, *, now: datetime) -> bool:
    """Once for each time that a target gets into trouble, not for each message."""
    if row.target_id:
        well = WebhookTarget.objects.filter(pk=row.target_id, trouble_at=None)
        return bool(well.update(trouble=result.text[:500] or f"HTTP {result.status}", trouble_at=now))
    lately = Notification.objects.filter(
        event=NoticeEvent.DELIVERY_FAILED, url="", created_at__gt=now - MAIL_TROUBLE_APART
    )
    return not lately.exists()
