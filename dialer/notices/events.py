"""What people and other systems are notified of, and how it reads.

All rows are written in the caller's transaction: none tells of what was rolled back, and none is lost.

    portal     a notification for everybody
    webhooks   a message for each active target that wants the event
    e-mail     a message to the mailboxes of the settings, for what needs a person
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dialer.models import (
    Level,
    NoticeEvent,
    NoticeMessage,
    Notification,
    ProviderAccount,
    Submission,
    WaitingDoubt,
    WebhookTarget,
)
from dialer.notices import outbox
from dialer.notices.masking import mask_numbers

TITLES = {
    NoticeEvent.CAMPAIGN_STARTED: gettext_lazy("Campaign %(subject)s started"),
    NoticeEvent.CAMPAIGN_PAUSED: gettext_lazy("Campaign %(subject)s paused"),
    NoticeEvent.CAMPAIGN_RESUMED: gettext_lazy("Campaign %(subject)s resumed"),
    NoticeEvent.CAMPAIGN_STOPPED: gettext_lazy("Campaign %(subject)s stopped"),
    NoticeEvent.CAMPAIGN_FINISHED: gettext_lazy("Campaign %(subject)s finished"),
    NoticeEvent.ACCOUNT_SUSPENDED: gettext_lazy("Account %(subject)s is suspended and sends no calls"),
    NoticeEvent.ACCOUNT_RESUMED: gettext_lazy("Account %(subject)s resumed"),
    NoticeEvent.DELIVERY_FAILED: gettext_lazy("Messages to %(subject)s are not delivered"),
}
LEVELS = {
    NoticeEvent.CAMPAIGN_FINISHED: Level.SUCCESS,
    NoticeEvent.ACCOUNT_RESUMED: Level.SUCCESS,
    NoticeEvent.ACCOUNT_SUSPENDED: Level.WARNING,
    NoticeEvent.CALL_IN_DOUBT: Level.WARNING,
    NoticeEvent.DELIVERY_FAILED: Level.WARNING,
}
"""An event that is not named here is news."""


def notify(
    event: NoticeEvent,
    *,
    subject: str,
    now: datetime,
    text: str = "",
    url: str = "",
    data: dict[str, Any] | None = None,
    is_trouble: bool = False,
) -> None:
    """Adds a notification and the messages that go with it, in the caller's transaction.

    `subject` is the name of what it is about, `url` a path of the portal, `data` what webhooks say besides. Telephone
    numbers within `text` are masked. `is_trouble`: it needs a person, whatever the event.
    """
    level = Level.WARNING if is_trouble else LEVELS.get(event, Level.INFO)
    text = mask_numbers(text)
    with transaction.atomic():
        # In the transaction of what they tell: nothing is told that was rolled back, and nothing is lost.
        outbox.write_to_webhooks(event, {**(data or {}), "text": text, "url": _absolute_url(url)}, now=now)
        add_notification(
            event, level=level, title=str(TITLES[event]) % {"subject": subject}, text=text, url=url, now=now
        )


def add_notification(
    event: NoticeEvent, *, level: Level, title: str, text: str, url: str, now: datetime
) -> Notification:
    """A notification, and the e-mail that goes with what needs a person."""
    row = Notification.objects.create(
        event=event, level=level, title=title[:200], text=text, url=url[:300], created_at=now
    )
    # Mail about undelivered messages could be undeliverable itself, and so on for ever.
    if level == Level.WARNING and event != NoticeEvent.DELIVERY_FAILED:
        outbox.write_to_mailboxes(row, now=now)
    return row


def notify_doubts(rows: Sequence[Submission], *, now: datetime) -> None:
    """Orders became in doubt. Webhooks hear of each; on the pages many are one notification (bell.py)."""
    WaitingDoubt.objects.bulk_create([WaitingDoubt(reference=row.reference, at=now) for row in rows])
    data = [
        {"reference": row.reference, "kind": row.kind, "url": _absolute_url(row.get_absolute_url())} for row in rows
    ]
    outbox.write_to_webhooks(NoticeEvent.CALL_IN_DOUBT, *data, now=now)


def notify_of_account(event: NoticeEvent, account: ProviderAccount, *, now: datetime, text: str = "") -> None:
    url = reverse("admin:dialer_provideraccount_change", args=[account.pk])
    data = {"account": {"id": account.pk, "name": account.name}}
    notify(event, subject=account.name, text=text, url=url, data=data, now=now)


def notify_undelivered(row: NoticeMessage, answer: str, *, now: datetime) -> None:
    url = reverse("admin:dialer_webhooktarget_change", args=[row.target_id]) if row.target_id else ""
    text = ngettext(
        "Abandoned after %(n)d attempt. Last answer: %(answer)s",
        "Abandoned after %(n)d attempts. Last answer: %(answer)s",
        row.tries,
    ) % {"n": row.tries, "answer": answer}
    subject = row.target.name if row.target else _("the mailboxes")
    notify(NoticeEvent.DELIVERY_FAILED, subject=subject, text=text, url=url, now=now)


def write_test_message(target: WebhookTarget, *, now: datetime) -> None:
    """A message that means nothing, to this target alone, also while it is off: it goes when it is on."""
    outbox.write_messages(target, NoticeEvent.TEST, {"text": _("A test from NX Portal.")}, now=now)


def _absolute_url(path: str) -> str:
    return settings.PORTAL_PUBLIC_URL + path if path else ""
