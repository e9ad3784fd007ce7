"""Every answer that a push must get from the application in front of Django."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.inbox import apply, store, wsgi
from dialer.inbox.endpoints import CachedEndpoints
from dialer.models import CallDetailRecord, ProviderAccount, WebhookDelivery
from tests.support import webhooks
from tests.support.builders import NOW, make_account, make_call_request

pytestmark = pytest.mark.django_db
RECORD = {"callId": "c1", "direction": 1, "hangupCode": 2002, "answered": True, "callee": "447700900001"}
SECRET, TOPIC = "test-path-0000001", "call-record"
Push = Callable[..., int]


@pytest.fixture(autouse=True)
def account() -> ProviderAccount:
    return make_account()


@pytest.fixture
def push() -> Push:
    def _push(
        body: object = RECORD,
        *,
        token: str | None = "test-token",
        prefix: str = "nxcloud",
        secret: str = SECRET,
        method: str = "POST",
    ) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if token is None else {"token": token}
        path = f"/webhooks/{prefix}/{secret}/call-record"
        return webhooks.push(path, raw, method=method, headers=headers).status_code

    return _push


def test_a_push_is_stored_answered_and_left_to_a_job(push: Push) -> None:
    assert push() == 200
    delivery = WebhookDelivery.objects.get()
    assert json.loads(bytes(delivery.body)) == RECORD
    assert delivery.state == "received"
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.lock) == (store.APPLY_JOB, store.APPLY_LOCK)


def test_many_pushes_wait_for_one_job(push: Push) -> None:
    for number in range(5):
        push({**RECORD, "callId": f"c{number}"})
    assert ProcrastinateJob.objects.count() == 1
    assert apply.apply_callbacks(now=NOW) == 5
    assert apply.apply_callbacks(now=NOW) == 0
    assert CallDetailRecord.objects.count() == 5


@pytest.mark.parametrize("token", [None, "", "wrong", "test-token2"])
def test_a_push_without_the_token_is_refused_and_not_stored(push: Push, token: str | None) -> None:
    assert push(token=token) == 401
    assert not WebhookDelivery.objects.exists()


def test_an_unset_token_authenticates_nobody(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NXCLOUD_WEBHOOK_TOKEN")
    assert push(token="") == 401


def test_an_account_that_is_not_configured_lets_nobody_in(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NXCLOUD_ACCESS_KEY")
    assert push() == 401


@pytest.mark.parametrize("where", [{"prefix": "nobody"}, {"secret": SECRET[:-1]}, {"secret": SECRET.upper()}])
def test_any_other_address_is_an_unknown_page(push: Push, where: dict[str, str]) -> None:
    assert push(**where) == 404
    assert not WebhookDelivery.objects.exists()


def test_the_address_without_the_secret_is_an_unknown_page() -> None:
    headers = {"token": "test-token"}
    assert webhooks.push("/webhooks/nxcloud/call-record", headers=headers).status_code == 404


def test_there_is_no_second_door_through_django(client: Client) -> None:
    path, record = f"/webhooks/nxcloud/{SECRET}/{TOPIC}", json.dumps(RECORD)
    answer = client.post(path, record, content_type="application/json", headers={"token": "test-token"})
    assert (answer.status_code, WebhookDelivery.objects.exists()) == (404, False)


def test_another_method_is_told_the_one_that_is_taken() -> None:
    path = f"/webhooks/nxcloud/{SECRET}/{TOPIC}"
    answers = [webhooks.push(path, method=method) for method in ("GET", "HEAD")]
    assert [answer.headers["Allow"] for answer in answers] == ["POST", "POST"]
    assert [answer.body for answer in answers] == [b"POST only\n", b""]


def test_without_a_secret_there_is_no_address(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NXCLOUD_WEBHOOK_PATH")
    assert push(secret="none") == 404


def test_an_account_that_is_switched_off_has_no_address(push: Push) -> None:
    ProviderAccount.objects.update(is_active=False)
    assert push() == 404


def test_a_huge_body_is_refused(push: Push) -> None:
    assert push(b"x" * (store.BODY_LIMIT + 1)) == 413
    assert not WebhookDelivery.objects.exists()


def test_the_largest_body_is_taken(push: Push) -> None:
    assert push(b"x" * store.BODY_LIMIT) == 200


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
def test_only_post_is_taken(push: Push, method: str) -> None:
    assert push(method=method) == 405


def test_an_unknown_or_repeated_call_is_taken(push: Push) -> None:
    assert push({**RECORD, "callId": "not-ours"}) == push({**RECORD, "callId": "not-ours"}) == 200
    assert WebhookDelivery.objects.count() == 2
    apply.apply_callbacks(now=NOW)
    assert CallDetailRecord.objects.get().reference == ""


def test_what_could_not_be_stored_is_to_be_repeated(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_callbacks: object) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(store, "store_callbacks", refuse)
    assert push() == 503


@pytest.mark.parametrize("how", [{}, {"token": "wrong"}, {"method": "PUT"}, {"secret": SECRET + "x"}])
def test_no_log_holds_the_secret(push: Push, how: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        push(**how)
    assert SECRET not in caplog.text
    assert "test-token" not in caplog.text


def test_a_body_that_breaks_off_is_not_stored() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": "100",
        "wsgi.input": io.BytesIO(b'{"callId":'),
        "HTTP_TOKEN": "x",
    }
    answer = wsgi.answer_push(
        environ, "nxcloud", SECRET, TOPIC, endpoints=CachedEndpoints(), write=webhooks.store_and_defer
    )
    assert answer == wsgi.INCOMPLETE


def test_a_body_in_chunks_is_read_where_the_server_ends_it() -> None:
    body = json.dumps(RECORD).encode()
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body), "HTTP_TOKEN": "test-token"}
    kept: list[bytes] = []
    for ends_it in (True, False):
        environ["wsgi.input_terminated"] = ends_it
        write = lambda callback: kept.append(callback.body)  # noqa: E731
        answer = wsgi.answer_push(environ, "nxcloud", SECRET, TOPIC, endpoints=CachedEndpoints(), write=write)
        assert answer == (200, b"stored\n", "text/plain")
    assert kept == [body, b""]


def test_accounts_are_asked_for_once_a_second(django_assert_num_queries: Any) -> None:
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "2", "HTTP_TOKEN": "test-token"}
    endpoints = CachedEndpoints()
    with django_assert_num_queries(1):
        for _ in range(20):
            environ["wsgi.input"] = io.BytesIO(b"{}")  # type: ignore[assignment]
            wsgi.answer_push(environ, "nxcloud", SECRET, TOPIC, endpoints=endpoints, write=lambda _callback: None)


def test_a_delivery_is_applied_once(push: Push) -> None:
    call = make_call_request(state="accepted", provider_call_id="c1")
    push()
    delivery = WebhookDelivery.objects.get()
    assert [apply.apply_callbacks(now=NOW) for _ in range(2)] == [1, 0]
    delivery.refresh_from_db()
    call.refresh_from_db()
    assert (delivery.state, delivery.applied_at, call.disposition) == ("applied", NOW, "answered")
