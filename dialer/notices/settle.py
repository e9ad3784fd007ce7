"""What became of one try to send a message: it arrived, it waits for the next try, or it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dialer.models import NoticeEvent, NoticeMessage, Notification, WebhookTarget
from dialer.notices import events
from dialer.notices.http_post import Answer

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 10 * 60, 60 * 60, 3 * 60 * 60, 12 * 60 * 60))
"""From one try to the next; after the last one a message is given up."""
MAIL_TROUBLE_APART = timedelta(hours=1)

State = NoticeMessage.State


def settle(row: NoticeMessage, answer: Answer, *, now: datetime) -> bool:
    """Writes it down. False when another worker has the message by now: this one's lease ran out."""
    with transaction.atomic():
        if answer.is_good:
            return _arrived(row, answer, now=now)
        if answer.is_gone:
            return _gone(row, answer, now=now)
        if row.tries <= len(WAITS):
            again = {"next_at": now + WAITS[row.tries - 1], "claim": None}
            return bool(_held(row).update(**again, status=answer.status, answer=answer.text[:500]))
        return _give_up(row, answer, now=now)


def _held(row: NoticeMessage) -> Any:
    return NoticeMessage.objects.waiting().filter(pk=row.pk, claim=row.claim)


def _end(row: NoticeMessage, state: str, answer: Answer, *, now: datetime) -> bool:
    ended = {"state": state, "next_at": None, "claim": None, "ended_at": now}
    return bool(_held(row).update(**ended, status=answer.status, answer=answer.text[:500]))


def _arrived(row: NoticeMessage, answer: Answer, *, now: datetime) -> bool:
    WebhookTarget.objects.filter(pk=row.target_id).exclude(trouble_at=None).update(trouble="", trouble_at=None)
    return _end(row, State.DELIVERED, answer, now=now)


def _gone(row: NoticeMessage, answer: Answer, *, now: datetime) -> bool:
    """Nothing is sent there any more, until a person switches it on again."""
    WebhookTarget.objects.filter(pk=row.target_id).update(is_active=False)
    return _give_up(
        row, Answer(answer.status, _("The target reports that it no longer exists. It was switched off.")), now=now
    )


def _give_up(row: NoticeMessage, answer: Answer, *, now: datetime) -> bool:
    if not _end(row, State.FAILED, answer, now=now):
        return False
    if _is_new_trouble(row, answer, now=now):
        events.tell_undelivered(row, answer.text or str(answer.status), now=now)
    return True


def _is_new_trouble(row: NoticeMessage, answer: Answer, *, now: datetime) -> bool:
    """Told once for each time that a target gets into trouble, not for each message."""
    if row.target_id:
        well = WebhookTarget.objects.filter(pk=row.target_id, trouble_at=None)
        return bool(well.update(trouble=answer.text[:500] or f"HTTP {answer.status}", trouble_at=now))
    told = Notification.objects.filter(event=NoticeEvent.DELIVERY_FAILED, url="")
    return not told.filter(created_at__gt=now - MAIL_TROUBLE_APART).exists()
