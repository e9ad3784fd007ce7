"""The page of callbacks: what became of each, read-only, and again on an administrator's word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from dialer.admin.webhooks import pretty
from dialer.inbox import apply, store
from dialer.models import WebhookDelivery
from tests.support.builders import NOW, make_account, make_user

pytestmark = pytest.mark.django_db
LIST = "admin:dialer_webhookdelivery_changelist"
BODY = {"callId": "c-77", "callee": "447700900001", "startTime": 1_795_252_800_000, "answerTime": 1}
TOO_LONG = {"endTime": 200_000_000_000_000}


def deliver(*bodies: object) -> list[WebhookDelivery]:
    account = make_account()
    raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    store.store_callbacks([store.Callback(account.pk, NOW, body) for body in raw])
    apply.apply_callbacks(now=NOW)
    return list(WebhookDelivery.objects.order_by("pk"))


def detail(client: Client, delivery: WebhookDelivery) -> str:
    return client.get(reverse("admin:dialer_webhookdelivery_change", args=[delivery.pk])).content.decode()


def again(client: Client, *chosen: WebhookDelivery) -> str:
    form = {"action": "apply_again", "_selected_action": [delivery.pk for delivery in chosen]}
    return client.post(reverse(LIST), form, follow=True).content.decode()


def test_the_list_says_what_became_of_each(auditor_client: Client) -> None:
    deliver(BODY, {**BODY, **TOO_LONG, "callId": "c-78"}, b"no json")
    html = auditor_client.get(reverse(LIST)).content.decode()
    for text in ("c-77", "c-78", "NxCloud", "applied", "failed, will be retried", "out of range", "it is not JSON"):
        assert text in html


def test_the_list_is_filtered_by_state(auditor_client: Client) -> None:
    deliver(BODY, b"no json")
    page = auditor_client.get(reverse(LIST), {"state__exact": "unreadable"})
    assert [row.state for row in page.context["cl"].result_list] == ["unreadable"]


def test_the_list_asks_a_fixed_number_of_queries(auditor_client: Client, django_assert_max_num_queries: Any) -> None:
    deliver(*({**BODY, "callId": f"c-{number}"} for number in range(10)))
    auditor_client.get(reverse(LIST))
    with django_assert_max_num_queries(14):
        auditor_client.get(reverse(LIST))


def test_an_administrator_has_one_applied_again(administrator_client: Client) -> None:
    failed, unreadable, _applied = deliver({**BODY, **TOO_LONG}, b"no json", BODY)
    assert "2 callbacks will be applied again." in again(administrator_client, failed, unreadable)
    assert set(WebhookDelivery.objects.values_list("state", "tries")) == {("received", 0), ("applied", 0)}


@pytest.mark.parametrize("person", ["supervisor_client", "auditor_client"])
def test_nobody_else_may(person: str, request: pytest.FixtureRequest) -> None:
    (failed,) = deliver({**BODY, **TOO_LONG})
    again(request.getfixturevalue(person), failed)
    assert WebhookDelivery.objects.get().state == "failed"


def test_nobody_changes_or_deletes_one(admin_client: Client) -> None:
    (delivery,) = deliver(BODY)
    assert "_save" not in detail(admin_client, delivery)
    url = reverse("admin:dialer_webhookdelivery_delete", args=[delivery.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403


def test_the_body_is_shown_line_by_line_to_whoever_may_see_calls(auditor_client: Client) -> None:
    html = detail(auditor_client, deliver(BODY)[0])
    assert "&quot;callee&quot;: &quot;447700900001&quot;,\n" in html


def test_numbers_are_masked_for_others() -> None:
    (delivery,) = deliver({**BODY, "lineIp": "sip:447700900001@10.0.0.1"})
    user = make_user("wim", group="", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_webhookdelivery"))
    client = Client()
    client.force_login(user)
    html = detail(client, delivery)
    assert "447700900001" not in html
    assert "4477009•••01" in html
    assert "1795252800000" in html


@pytest.mark.parametrize("body", [b'{"callee": 447700900001}', b"callee=447700900001", b'["+447700900001"]'])
def test_whatever_looks_like_a_number_is_masked(body: bytes) -> None:
    assert "447700900001" in pretty(body, masked=False)
    assert "447700900001" not in pretty(body, masked=True)
