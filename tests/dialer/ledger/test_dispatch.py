"""One order through claim, socket and settlement; the provider is faked at httpx's transport."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import httpx
import pytest
import respx
from asgiref.sync import async_to_sync
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.ledger.dispatch import dispatch
from dialer.ledger.enqueue import enqueue
from dialer.models import CallRequest, ProviderAccount, ProviderExchange, State, StopSwitch
from dialer.providers import callback_urls, rate_and_suspension
from tests.support.builders import NOW, make_agent, make_agent_phone, make_call_request

pytestmark = pytest.mark.django_db
CALL_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def nxcloud_api():
    with respx.mock(base_url="https://provider.invalid", assert_all_called=True) as mock:
        yield mock


def dial_out(mock: respx.MockRouter) -> respx.Route:
    return mock.post("/did/openapi/amazon/dialout")


def accepted() -> httpx.Response:
    return httpx.Response(200, json={"reqId": "r1", "code": 0, "msg": "ok", "data": {"callId": CALL_ID}})


def send(call: CallRequest) -> bool:
    return async_to_sync(dispatch)("call", call.pk, clock=lambda: NOW)


def test_it_sends_once_and_keeps_the_call_id(nxcloud_api):
    route = dial_out(nxcloud_api).mock(return_value=accepted())
    call = make_call_request()

    assert send(call) is True
    assert send(call) is False

    call.refresh_from_db()
    assert (call.state, call.provider_call_id, route.call_count) == (State.ACCEPTED, CALL_ID, 1)


def test_the_row_is_committed_as_sending_before_the_first_byte(nxcloud_api):
    call = make_call_request()
    seen = []

    async def look(request: httpx.Request) -> httpx.Response:
        seen.append((await CallRequest.objects.aget(pk=call.pk)).state)
        return accepted()

    dial_out(nxcloud_api).mock(side_effect=look)
    send(call)
    assert seen == [State.SENDING]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (httpx.Response(200, json={"code": 41000, "msg": "callee empty", "data": {}}), State.REJECTED),
        (httpx.Response(200, json={"code": 88, "msg": "failed", "data": {}}), State.IN_DOUBT),
        (httpx.Response(200, json={"code": 99, "msg": "error"}), State.IN_DOUBT),
        (httpx.Response(200, json={"code": 1003, "msg": "Invalid signature"}), State.PENDING),
        (httpx.Response(200, text="<html>busy</html>"), State.IN_DOUBT),
        (httpx.Response(302, headers={"Location": "https://elsewhere.invalid/"}), State.IN_DOUBT),
        (httpx.Response(408), State.IN_DOUBT),
        (httpx.Response(500, text="oops"), State.IN_DOUBT),
        (httpx.Response(401), State.PENDING),
        (httpx.ReadTimeout("slow"), State.IN_DOUBT),
        (httpx.ReadError("reset"), State.IN_DOUBT),
        (httpx.ConnectError("refused"), State.PENDING),
        (httpx.ConnectTimeout("no answer"), State.PENDING),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_each_answer_ends_in_its_state(nxcloud_api, reply, state):
    outcome = {"side_effect": reply} if isinstance(reply, Exception) else {"return_value": reply}
    route = dial_out(nxcloud_api).mock(**outcome)
    call = make_call_request()
    send(call)
    call.refresh_from_db()
    assert (call.state, route.call_count) == (state, 1)
    assert call.reason


def test_a_missing_secret_suspends_the_account_and_sends_nothing(monkeypatch):
    monkeypatch.delenv("NXCLOUD_ACCESS_SECRET")
    call = make_call_request()
    with respx.mock:  # no route: any request would fail the test
        send(call)
    call.refresh_from_db()
    assert call.state == State.PENDING
    assert "NXCLOUD_ACCESS_SECRET" in ProviderAccount.objects.get().suspended_reason


@pytest.mark.parametrize(
    ("broken", "state"), [("build_order", State.PENDING), ("transmit", State.IN_DOUBT)], ids=["before", "while sending"]
)
def test_a_fault_of_our_own_is_settled_for_what_it_is_and_loud(monkeypatch, broken, state):
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(CallRequest, broken, fail)
    call = make_call_request()
    with pytest.raises(ZeroDivisionError):
        send(call)
    call.refresh_from_db()
    assert (call.state, call.reason_code) == (state, "portal_fault")


def test_the_kept_exchange_has_no_secret_signature_or_number(nxcloud_api):
    route = dial_out(nxcloud_api).mock(return_value=accepted())
    call = make_call_request()
    send(call)
    exchange = ProviderExchange.objects.get()
    kept = f"{exchange.request_headers} {exchange.request_body} {exchange.reply_body}"
    signature = route.calls[0].request.headers["sign"]
    for leak in ("test-secret", signature, call.callee.removeprefix("+")):
        assert leak not in kept
    assert exchange.reference == call.reference


def test_orders_keep_the_accounts_rate():
    account = make_call_request().account
    ProviderAccount.objects.update(requests_per_second=4)
    slots = [
        rate_and_suspension.take_slot(account.pk, now=NOW),
        *rate_and_suspension.take_slots(account.pk, count=4, now=NOW),
    ]
    first, *_others, last = slots
    assert first == NOW
    # Whoever arrives late, up to MARGIN, still has a whole second between itself and the fourth after it.
    assert last - first == timedelta(seconds=1) + rate_and_suspension.MARGIN
    assert slots == sorted(slots)


def test_a_call_id_given_twice_is_no_reason_for_doubt(nxcloud_api):
    dial_out(nxcloud_api).mock(return_value=accepted())
    calls = [make_call_request(f"+44770090000{number}") for number in (1, 2)]
    for call in calls:
        send(call)
    assert [CallRequest.objects.get(pk=call.pk).state for call in calls] == [State.ACCEPTED, State.ACCEPTED]


def test_an_agents_call_is_left_to_the_agents_session():
    call = make_call_request(agent=make_agent())
    assert send(call) is False
    call.refresh_from_db()
    assert (call.state, call.attempts) == (State.PENDING, 0)
    enqueue(call)
    assert not ProcrastinateJob.objects.filter(task_name="dialer.tasks.dispatch").exists()


def test_a_session_sends_no_call_that_is_not_an_agents():
    call = make_call_request()
    assert async_to_sync(dispatch)("call", call.pk, clock=lambda: NOW, adapter=object()) is False


def test_an_agent_phones_call_goes_out_by_the_accounts_own_adapter():
    call = make_call_request(agent_phone=make_agent_phone("442079460101"))
    with respx.mock(base_url="https://provider.invalid", assert_all_called=True) as aicc:
        token = {"AccessToken": "t-1", "ApplyType": "Bearer", "Expires": "3600"}
        aicc.post("/apigovernance/api/oauth/tokenByAkSk").mock(return_value=httpx.Response(200, json=token))
        route = aicc.post("/apiaccess/CC-Management/v1/mobileAgent/createCall").mock(
            return_value=httpx.Response(200, json={"retCode": "0", "retMsg": "success"})
        )
        assert send(call) is True
    (sent,) = route.calls
    body = json.loads(sent.request.content)
    assert body["callData"] == call.reference
    assert base64.b64decode(body["callBackUrl"]).decode() == callback_urls.for_order(call.account, call.reference)
    call.refresh_from_db()
    assert (call.state, call.provider_call_id) == (State.ACCEPTED, "")
    kept = ProviderExchange.objects.get(reference=call.reference)
    assert "t-1" not in f"{kept.request_headers}{kept.reply_body}"
    assert body["callBackUrl"] not in kept.request_body


def test_a_stop_while_a_token_is_fetched_keeps_the_order_here(monkeypatch):
    """The last look comes after the token; at once here, else only where it took more than a moment."""
    monkeypatch.setattr("dialer.ledger.send_attempt.BRISK", 0)
    call = make_call_request(agent_phone=make_agent_phone("442079460101"))

    def stop_meanwhile(request: httpx.Request) -> httpx.Response:
        StopSwitch.objects.update_or_create(pk=1, defaults={"stopped_at": NOW, "stopped_by": call.requested_by})
        return httpx.Response(200, json={"AccessToken": "t-1", "Expires": "3600"})

    with respx.mock(base_url="https://provider.invalid", assert_all_called=False) as aicc:
        aicc.post("/apigovernance/api/oauth/tokenByAkSk").mock(side_effect=stop_meanwhile)
        order = aicc.post("/apiaccess/CC-Management/v1/mobileAgent/createCall")
        send(call)
        assert not order.called
