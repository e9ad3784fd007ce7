"""Messages over a real connection to a receiver on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from dialer.models import NoticeEvent, NoticeMessage, Notification, WebhookTarget
from dialer.notices import delivery, events, outbox, signing
from dialer.notices.settle import WAITS
from tests.dialer.notices.builders import Receiver, make_target
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
State = NoticeMessage.State


def at(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def deliver(target: WebhookTarget | None, *, now: datetime = NOW) -> int:
    return async_to_sync(delivery.deliver_messages)(target.pk if target else None, clock=at(now))


def written(target: WebhookTarget, count: int = 1) -> list[NoticeMessage]:
    for _n in range(count):
        events.write_test_message(target, now=NOW)
    return list(target.messages.order_by("pk"))


def signatures(secret: str, message: Any) -> str:
    """As a receiver computes it, from the words of the interface alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode() + message.body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def test_it_sends_a_signed_message_that_says_what_happened(receiver: Receiver) -> None:
    target = make_target(url=receiver.url + "?desk=1")
    data = {"campaign": {"id": 7, "name": "Größe"}}
    events.notify(NoticeEvent.CAMPAIGN_STARTED, subject="Größe", data=data, url="/campaigns/7/", now=NOW)

    assert deliver(target) == 1
    (message,) = receiver.received
    row = NoticeMessage.objects.get()
    assert message.path == "/hook?desk=1"
    assert message.headers["content-type"] == "application/json"
    assert message.headers["host"] == receiver.url.split("/")[2]
    assert message.headers["webhook-id"] == row.message_id
    assert message.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert message.headers["webhook-signature"] == signatures(signing.secret_of(target), message)
    body = json.loads(message.body)
    assert (body["id"], body["event"]) == (row.message_id, "campaign.started")
    assert datetime.fromisoformat(body["at"]) == NOW
    assert body["data"] == {**data, "text": "", "url": "http://127.0.0.1:8000/campaigns/7/"}
    assert (row.state, row.status, row.tries, row.ended_at) == (State.DELIVERED, 204, 1, NOW)


def test_a_changed_secret_signs_beside_the_old_one_for_a_day(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    old = signing.secret_of(target)
    signing.rotate_secret(target, now=NOW)
    new = signing.secret_of(target)
    assert new != old
    written(target, 2)
    NoticeMessage.objects.order_by("pk").last().delete()
    deliver(target, now=NOW)
    written(target)
    deliver(target, now=NOW + signing.OVERLAP)
    first, later = receiver.received
    assert first.headers["webhook-signature"].split() == [signatures(new, first), signatures(old, first)]
    assert later.headers["webhook-signature"].split() == [signatures(new, later)]


def test_it_tries_again_with_patience_and_the_same_words_then_gives_up(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    receiver.statuses, receiver.words = [500], b"ask +447700900001 \x00 later"
    (row,) = written(target)
    now, waits = NOW, []
    while True:
        assert deliver(target, now=now) == 0
        row.refresh_from_db()
        if row.state != State.WAITING:
            break
        waits.append(row.next_at - now)
        assert deliver(target, now=row.next_at - timedelta(seconds=1)) == 0
        now = row.next_at
    assert tuple(waits) == WAITS
    assert (row.state, row.status, row.tries, row.ended_at) == (State.FAILED, 500, len(WAITS) + 1, now)
    assert row.answer == "ask +4477009•••01 \ufffd later"
    assert len(receiver.received) == len(WAITS) + 1
    assert len({(message.body, message.headers["webhook-id"]) for message in receiver.received}) == 1
    target.refresh_from_db()
    assert target.trouble_at == now
    notification = Notification.objects.get()
    assert (notification.event, notification.level) == (NoticeEvent.DELIVERY_FAILED, "warning")
    assert "Desk" in notification.title


def test_trouble_is_told_once_and_ends_with_the_next_delivery(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    written(target, 3)
    NoticeMessage.objects.update(tries=len(WAITS))
    receiver.statuses = [503, 503, 200]
    for _n in range(3):
        deliver(target)
    target.refresh_from_db()
    assert (target.trouble, target.trouble_at) == ("", None)
    assert Notification.objects.count() == 1
    assert sorted(target.messages.values_list("state", flat=True)) == ["delivered", "failed", "failed"]


def test_a_target_that_is_down_is_asked_once_a_round_not_for_every_message(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    written(target, 5)
    receiver.statuses = [500, 204]
    assert deliver(target) == 0
    assert len(receiver.received) == 1
    assert deliver(target) == 4


def test_gone_switches_the_target_off(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    first, second = written(target, 2)
    receiver.statuses = [410]
    deliver(target)
    target.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert not target.is_active
    assert (first.state, first.status, second.state) == (State.FAILED, 410, State.WAITING)
    assert "switched off" in Notification.objects.get().text
    assert deliver(target) == 0
    assert len(receiver.received) == 1


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    receiver.statuses, receiver.location = [307, 204], receiver.url
    (row,) = written(target)
    assert deliver(target) == 0
    row.refresh_from_db()
    assert (row.state, row.status) == (State.WAITING, 307)
    assert len(receiver.received) == 1


def test_a_closed_port_is_a_failed_try(receiver: Receiver, unused_tcp_port: int) -> None:
    target = make_target(url=f"http://127.0.0.1:{unused_tcp_port}/?token=hidden")
    (row,) = written(target)
    deliver(target)
    row.refresh_from_db()
    assert (row.state, row.status, row.next_at) == (State.WAITING, None, NOW + WAITS[0])
    assert row.answer == "The connection failed (ConnectError)."


def test_it_never_connects_to_a_private_address(receiver: Receiver, settings: Any) -> None:
    settings.PORTAL_WEBHOOK_LOOPBACK = False
    port = receiver.url.split(":")[2]
    for url in (
        receiver.url,
        f"https://localhost:{port}",
        f"https://0x7f.1:{port}",
        f"https://[::ffff:127.0.0.1]:{port}",
    ):
        target = make_target(url, url=url)
        (row,) = written(target)
        deliver(target)
        row.refresh_from_db()
        assert (row.state, row.status) == (State.WAITING, None), url
        assert "private" in row.answer or "https" in row.answer, (url, row.answer)
    assert receiver.received == []


def test_the_message_of_a_worker_that_died_is_sent_by_another(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    (row,) = written(target)
    assert outbox.claim_message(target.pk, now=NOW) == row
    assert deliver(target, now=NOW + outbox.LEASE / 2) == 0
    assert deliver(target, now=NOW + outbox.LEASE) == 1
    row.refresh_from_db()
    assert (row.state, row.tries) == (State.DELIVERED, 2)


def test_send_again_begins_anew_under_the_old_id(receiver: Receiver) -> None:
    target = make_target(url=receiver.url)
    (row,) = written(target)
    deliver(target)
    assert outbox.send_again(row, now=NOW)
    deliver(target)
    assert [message.headers["webhook-id"] for message in receiver.received] == [row.message_id] * 2
    outbox.send_again(row, now=NOW)
    outbox.claim_message(target.pk, now=NOW)
    assert not outbox.send_again(row, now=NOW)


def test_one_target_knows_nothing_of_anothers_messages(receiver: Receiver) -> None:
    one, other = make_target(url=receiver.url), make_target("Other", url=receiver.url, events=["call.in_doubt"])
    events.notify(NoticeEvent.CAMPAIGN_STOPPED, subject="Autumn", now=NOW)
    written(other)
    assert deliver(one) == 1
    assert json.loads(receiver.received[0].body)["event"] == "campaign.stopped"
    assert outbox.defer_due(now=NOW) == 1
