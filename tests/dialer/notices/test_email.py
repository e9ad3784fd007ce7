from __future__ import annotations

import smtplib
import threading
from typing import Any, ClassVar

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from dialer.models import NoticeEvent, NoticeMessage, Notification
from dialer.notices import delivery, events
from dialer.notices.settle import WAITS
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
State = NoticeMessage.State


class Refusing(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("secret words")


class Telling(BaseEmailBackend):
    """Keeps in which threads it was asked."""

    threads: ClassVar[list[threading.Thread]] = []

    def send_messages(self, messages: Any) -> int:
        self.threads.append(threading.current_thread())
        return len(messages)


def deliver() -> int:
    return async_to_sync(delivery.deliver_messages)(None, clock=lambda: NOW)


def trouble() -> None:
    text = "Too many refusals.\nLook."
    events.notify(
        NoticeEvent.CAMPAIGN_PAUSED, subject="Autumn\nfake", text=text, url="/campaigns/7/", now=NOW, is_trouble=True
    )


def test_what_needs_a_person_is_mailed_once(settings: Any) -> None:
    settings.PORTAL_NOTIFY_EMAILS = ["desk@portal.example", "night@portal.example"]
    trouble()
    events.notify(NoticeEvent.CAMPAIGN_STARTED, subject="Autumn", now=NOW)
    assert deliver() == 1
    assert deliver() == 0
    (sent,) = mail.outbox
    assert sent.subject == "Campaign Autumn fake paused"
    assert sent.to == settings.PORTAL_NOTIFY_EMAILS
    assert sent.body == "Too many refusals.\nLook.\n\nhttp://127.0.0.1:8000/campaigns/7/"
    row = NoticeMessage.objects.get()
    assert (row.state, row.target) == (State.DELIVERED, None)
    assert sent.extra_headers == {"Message-ID": f"<{row.message_id}@127.0.0.1>"}


def test_a_mail_server_is_not_waited_for_in_the_thread_that_asks_the_database(settings: Any) -> None:
    settings.PORTAL_NOTIFY_EMAILS = ["desk@portal.example"]
    settings.EMAIL_BACKEND = f"{__name__}.Telling"
    trouble()
    assert deliver() == 1
    (used,) = Telling.threads
    assert used is not threading.current_thread()


def test_no_mailbox_no_mail() -> None:
    trouble()
    assert not NoticeMessage.objects.exists()


def test_a_mail_server_that_is_down_is_tried_again_and_told_once(settings: Any) -> None:
    settings.PORTAL_NOTIFY_EMAILS = ["desk@portal.example"]
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    for _n in range(2):
        trouble()
    assert deliver() == 0
    first = NoticeMessage.objects.order_by("pk")[0]
    assert (first.state, first.next_at) == (State.WAITING, NOW + WAITS[0])
    assert first.answer == "The mail server did not accept the message (SMTPServerDisconnected)."
    NoticeMessage.objects.update(tries=len(WAITS), next_at=NOW)
    for _n in range(2):
        deliver()
    assert set(NoticeMessage.objects.values_list("state", flat=True)) == {State.FAILED}
    assert Notification.objects.filter(event=NoticeEvent.DELIVERY_FAILED).count() == 1
    assert NoticeMessage.objects.count() == 2
