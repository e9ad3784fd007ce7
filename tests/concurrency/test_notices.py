"""Two workers with the same messages, on database connections of their own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from dialer.models import Notification, WaitingDoubt
from dialer.notices import bell, delivery, events, outbox
from tests.dialer.notices.builders import make_target, receiving
from tests.support.builders import NOW
from tests.support.committed import committed, race, remove_rows, together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _remove_what_was_committed() -> Iterator[None]:
    yield
    committed(remove_rows)


def test_two_workers_claim_one_message_once() -> None:
    target = committed(make_target)
    committed(partial(events.write_test_message, target, now=NOW))
    claim = partial(outbox.claim_message, target.pk, now=NOW)
    first, second = race(claim, claim)
    assert first is not None
    assert second is None


def test_two_workers_send_every_message_once(settings: Any) -> None:
    settings.PORTAL_WEBHOOK_LOOPBACK = True
    with receiving() as receiver:
        target = committed(partial(make_target, url=receiver.url))
        committed(lambda: [events.write_test_message(target, now=NOW) for _n in range(40)])
        worker = partial(async_to_sync(delivery.deliver_messages), target.pk, clock=lambda: NOW)
        arrived = together(worker, worker, worker)
    ids = [message.headers["webhook-id"] for message in receiver.received]
    assert sum(arrived) == len(ids) == len(set(ids)) == 40


def test_two_sweeps_tell_of_doubts_once() -> None:
    committed(lambda: WaitingDoubt.objects.create(reference="0" * 32, at=NOW))
    gather = partial(bell.notify_of_waiting_doubts, now=NOW)
    assert race(gather, gather) == (1, 0)
    assert committed(Notification.objects.count) == 1
