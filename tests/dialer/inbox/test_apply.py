"""Stored callbacks: one that cannot be read or applied says why, is tried again, and holds up nobody."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.inbox import apply, store
from dialer.models import CallDetailRecord, WebhookDelivery
from tests.support.builders import NOW, make_account, make_call_request

pytestmark = pytest.mark.django_db
TOO_LONG = {"answerTime": 1, "endTime": 200_000_000_000_000}
"""Talked for six thousand years, which no column takes."""


def deliver(*bodies: object) -> list[WebhookDelivery]:
    account = make_account()
    raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    store.store_callbacks([store.Callback(account.pk, NOW, body) for body in raw])
    return list(WebhookDelivery.objects.order_by("pk"))


def record(call_id: str, **changes: Any) -> dict[str, Any]:
    return {"callId": call_id, "direction": 1, "hangupCode": 2002, "answered": True, **changes}


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"callId": ""}', b"\xff\xfe"])
def test_an_unreadable_body_is_kept_and_says_why(body: bytes) -> None:
    deliver(body)
    apply.apply_callbacks(now=NOW)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries, delivery.next_try_at) == ("unreadable", 0, None)
    assert delivery.error
    assert not CallDetailRecord.objects.exists()


def test_one_that_cannot_be_applied_does_not_spoil_its_batch() -> None:
    call = make_call_request(state="accepted", provider_call_id="c3")
    deliver(record("c1"), record("c2", **TOO_LONG), b"no json", record("c3"))
    assert apply.apply_callbacks(now=NOW) == 4
    assert states() == ["applied", "failed", "unreadable", "applied"]
    assert set(CallDetailRecord.objects.values_list("provider_call_id", flat=True)) == {"c1", "c3"}
    call.refresh_from_db()
    assert call.disposition == "answered"


def test_it_is_tried_again_ever_later_and_then_left_to_a_person() -> None:
    (delivery,) = deliver(record("c1", **TOO_LONG))
    now, waits = NOW, []
    while True:
        assert apply.apply_callbacks(now=now) == 1
        delivery.refresh_from_db()
        if delivery.next_try_at is None:
            break
        waits.append((delivery.next_try_at - now) // timedelta(minutes=1))
        assert apply.apply_callbacks(now=delivery.next_try_at - timedelta(seconds=1)) == 0
        now = delivery.next_try_at
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert (delivery.state, delivery.tries) == ("failed", 8)
    assert "out of range" in delivery.error
    assert apply.apply_callbacks(now=now + timedelta(days=1)) == 0


def test_an_account_that_is_not_configured_now_may_be_later(monkeypatch: pytest.MonkeyPatch) -> None:
    (delivery,) = deliver(record("c1"))
    with monkeypatch.context() as patch:
        patch.delenv("NXCLOUD_ACCESS_KEY")
        apply.apply_callbacks(now=NOW)
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "NXCLOUD_ACCESS_KEY is missing" in delivery.error
    apply.apply_callbacks(now=NOW + timedelta(minutes=1))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error, delivery.next_try_at) == ("applied", "", None)


def test_apply_again_starts_from_the_beginning() -> None:
    (delivery,) = deliver(record("c1", **TOO_LONG))
    apply.apply_callbacks(now=NOW)
    assert apply.requeue_callbacks([delivery.pk]) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.next_try_at, delivery.error) == ("received", 0, None, "")
    assert ProcrastinateJob.objects.filter(queueing_lock=store.APPLY_LOCK).count() == 1


def test_an_error_quotes_no_row() -> None:
    (delivery,) = deliver(record("c1", callee="447700900001", **TOO_LONG))
    apply.apply_callbacks(now=NOW)
    delivery.refresh_from_db()
    assert "7700900001" not in delivery.error


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "BATCH", 2)
    monkeypatch.setattr(apply, "JOB_SIZE", 4)


@pytest.mark.usefixtures("small_batches")
def test_what_a_job_leaves_waits_for_the_next() -> None:
    deliver(*(record(f"c{number}") for number in range(5)))
    assert apply.apply_callbacks(now=NOW) == 4
    assert ProcrastinateJob.objects.count() == 1
    assert apply.apply_callbacks(now=NOW) == 1


def test_a_batch_asks_as_many_questions_as_one(django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        make_call_request(f"+4477009001{number:02}", state="accepted", provider_call_id=f"c{number}")
    deliver(*(record(f"c{number}") for number in range(20)))
    with django_assert_max_num_queries(21):
        assert apply.apply_callbacks(now=NOW) == 20


def test_the_look_for_due_ones_uses_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "delivery_waiting" in apply._due(NOW).order_by("pk").explain()
