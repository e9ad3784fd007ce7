from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer import deliveries, ingest
from dialer.models import CallDetailRecord, WebhookDelivery
from tests.builders import NOW, make_account, make_call_request

pytestmark = pytest.mark.django_db
RECORD = {"callId": "c1", "direction": 1, "hangupCode": 2002, "answered": True, "callee": "447700900001"}
SECRET = "test-path-0000001"


@pytest.fixture(autouse=True)
def account():
    return make_account()


def push(
    body: object = RECORD,
    *,
    token: str | None = "test-token",
    prefix: str = "nxcloud",
    secret: str = SECRET,
    method: str = "post",
):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if token is None else {"token": token}
    client = Client(enforce_csrf_checks=True)
    url = reverse("webhooks:call_record", args=[prefix, secret])
    return getattr(client, method)(url, raw, content_type="application/json", headers=headers)


def test_a_push_is_stored_answered_and_left_to_a_job():
    assert push().status_code == 200
    delivery = WebhookDelivery.objects.get()
    assert json.loads(bytes(delivery.body)) == RECORD
    assert ProcrastinateJob.objects.get().task_name == ingest.APPLY_JOB


def test_many_pushes_wait_for_one_job():
    for number in range(5):
        push({**RECORD, "callId": f"c{number}"})
    assert ProcrastinateJob.objects.count() == 1
    assert deliveries.apply_deliveries(now=NOW) == 5
    assert deliveries.apply_deliveries(now=NOW) == 0
    assert CallDetailRecord.objects.count() == 5


@pytest.mark.parametrize("token", [None, "", "wrong", "test-token2"])
def test_a_push_without_the_token_is_refused_and_not_stored(token):
    assert push(token=token).status_code == 401
    assert not WebhookDelivery.objects.exists()


def test_an_unset_token_authenticates_nobody(monkeypatch):
    monkeypatch.delenv("NXCLOUD_WEBHOOK_TOKEN")
    assert push(token="").status_code == 401


def test_an_unknown_account_is_an_unknown_page():
    assert push(prefix="nobody").status_code == 404


def test_a_huge_body_is_refused():
    assert push(b"x" * (ingest.BODY_LIMIT + 1)).status_code == 413
    assert not WebhookDelivery.objects.exists()


def test_only_post_is_taken():
    assert push(method="put").status_code == 405


def test_a_delivery_is_applied_once():
    call = make_call_request(state="accepted", provider_call_id="c1")
    push()
    delivery = WebhookDelivery.objects.get()
    assert deliveries.apply_delivery(delivery.pk, now=NOW) is True
    assert deliveries.apply_delivery(delivery.pk, now=NOW) is False
    delivery.refresh_from_db()
    call.refresh_from_db()
    assert (delivery.state, call.disposition) == ("applied", "answered")


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"callId": ""}', b"\xff\xfe"])
def test_an_unreadable_body_is_kept_and_says_why(body):
    assert push(body).status_code == 200
    delivery = WebhookDelivery.objects.get()
    deliveries.apply_delivery(delivery.pk, now=NOW)
    delivery.refresh_from_db()
    assert delivery.state == "unreadable"
    assert delivery.error
    assert not CallDetailRecord.objects.exists()


def test_a_record_of_an_unknown_call_is_applied_and_kept():
    push({**RECORD, "callId": "not-ours"})
    deliveries.apply_delivery(WebhookDelivery.objects.get().pk, now=NOW)
    assert CallDetailRecord.objects.get().reference == ""
