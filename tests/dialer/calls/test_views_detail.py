from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer.calls import services
from dialer.ledger import transitions
from dialer.models import CallDetailRecord, CallEvent, CallRequest, Disposition, EventKind, ProviderExchange, State
from dialer.models.call_draft import CallDraft
from telephony.contract.errors import OutcomeUnknown, RequestNotSent
from telephony.contract.orders import Accepted, Exchange
from telephony.http.redaction import Redactor
from tests.support.builders import NOW, make_account, make_call_request, make_user
from tests.support.htmx import assert_fragment, hx_get, hx_post

pytestmark = pytest.mark.django_db


def page_of(client: Client, call: CallRequest) -> str:
    response = client.get(call.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def closed_call(**columns: Any) -> CallRequest:
    columns = {"state": State.ACCEPTED, "disposition": Disposition.NO_ANSWER, "closed_at": NOW, **columns}
    return make_call_request(**columns)


def sent(call: CallRequest, outcome: transitions.Outcome) -> CallRequest:
    """Claimed and settled as a worker would."""
    row = transitions.claim(CallRequest, call.pk, now=NOW)
    assert row
    transitions.settle(row, outcome, now=NOW)
    call.refresh_from_db()
    return call


def exchange(**changes: Any) -> Exchange:
    values = {
        "method": "POST",
        "url": "https://provider.invalid/did/openapi/amazon/dialout",
        "request_headers": (("accessKey", "test-key"), ("sign", "•••")),
        "request_body": '{"callee":"4477009•••01"}',
        "status": 200,
        "reply_body": '{"code":0,"data":{"callId":"c-1"}}',
        "elapsed_ms": 1143,
    }
    return Exchange(**{**values, **changes})


def test_it_shows_the_full_number_and_the_facts(auditor_client: Client) -> None:
    call = make_call_request(delay_ms=2500, provider_call_id="c-1", provider_request_id="r-1")
    html = page_of(auditor_client, call)
    numbers = ("+44 7700 900001", "+44 20 7946 0001", "+44 20 7946 0900")
    for fact in (*numbers, "Agent first, then callee", "2.5 s", call.reference, "c-1", "r-1"):
        assert fact in html
    assert '<abbr class="zone">UTC</abbr>' in html


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"state": State.PENDING}, "will be sent in a moment"),
        ({"state": State.PENDING, "attempts": 2, "reason": "No route."}, "could not be reached 2 times"),
        ({"state": State.PENDING, "attempts": 2, "reason": "No route."}, "No route."),
        ({"state": State.PENDING, "expires_at": NOW}, "If it cannot be sent by"),
        ({"state": State.SENDING, "sent_at": NOW}, "sent to the provider at"),
        ({"state": State.REJECTED, "reason": "NxCloud answered 41000."}, "NxCloud answered 41000."),
        ({"state": State.IN_DOUBT, "reason": "No answer in time."}, "does not send it again automatically"),
        ({"state": State.ACCEPTED}, "Waiting for the result of the call since"),
        ({"state": State.CANCELLED, "reason": "Cancelled by kim."}, "Cancelled by kim."),
        ({"state": State.ACCEPTED, "closed_at": NOW, "disposition": Disposition.BUSY}, "Result of the call: busy."),
        (
            {"state": State.ACCEPTED, "closed_at": NOW, "disposition": Disposition.UNKNOWN},
            "result of the call is not known",
        ),
    ],
)
def test_it_says_in_plain_words_what_happened(auditor_client: Client, columns: dict[str, Any], says: str) -> None:
    assert says in page_of(auditor_client, make_call_request(**columns))


def test_an_answered_call_says_how_long_people_talked(auditor_client: Client) -> None:
    call = closed_call(disposition=Disposition.ANSWERED, ended_at=NOW, talk_seconds=72, provider_call_id="c-1")
    CallDetailRecord.objects.create(
        account=call.account,
        provider_call_id="c-1",
        reference=call.reference,
        disposition=Disposition.ANSWERED,
        hangup_code="2002",
        hangup_reason="the customer hung up",
        source="query",
        received_at=NOW,
    )
    html = page_of(auditor_client, call)
    assert "Talk time: 1 min 12 s." in html
    assert "Provider's message: the customer hung up (2002)." in html


def test_a_held_call_says_which_account_waits_for_whom(supervisor_client: Client, administrator_client: Client) -> None:
    account = make_account(suspended_at=NOW, suspended_reason="The signature is wrong.")
    call = make_call_request()
    html = page_of(supervisor_client, call)
    assert "On hold: the account NxCloud has been suspended" in html
    assert "Ask an administrator" in html
    link = f"/admin/dialer/provideraccount/{account.pk}/change/"
    assert link in page_of(administrator_client, call)


@pytest.mark.parametrize(("called", "says"), [(True, "it had been accepted"), (False, "it had not been accepted")])
def test_a_resolved_call_says_who_decided_and_why(auditor_client: Client, called: bool, says: str) -> None:
    call = make_call_request(state=State.IN_DOUBT)
    transitions.resolve(call, called=called, by=make_user("kim"), reason="Looked in the console.", now=NOW)
    html = page_of(auditor_client, call)
    assert says in html
    assert "kim" in html
    assert "Looked in the console." in html


def test_the_history_is_told_in_order(auditor_client: Client) -> None:
    call = sent(make_call_request(), RequestNotSent("No route to the provider.", code="connect_timeout"))
    html = page_of(auditor_client, call)
    assert html.index("Sending started") < html.index("Not sent, will be retried")
    assert "No route to the provider." in html


def test_every_kind_of_event_has_a_look(auditor_client: Client) -> None:
    call = make_call_request()
    for kind in EventKind:
        call.add_event(kind, now=NOW, by=make_user("kim"))
    html = page_of(auditor_client, call)
    assert html.count('class="timeline-icon') == len(EventKind)


def test_it_shows_what_went_over_the_wire_newest_first(auditor_client: Client) -> None:
    failed = exchange(status=None, error="ConnectTimeout", reply_body="")
    call = sent(make_call_request(), RequestNotSent("No route.", exchange=failed))
    CallRequest.objects.filter(pk=call.pk).update(not_before=NOW)
    sent(call, Accepted(provider_id="c-1", exchange=exchange()))
    html = page_of(auditor_client, call)
    assert html.index("HTTP 200") < html.index("ConnectTimeout")
    assert "1,143 ms" in html
    assert "https://provider.invalid/did/openapi/amazon/dialout" in html
    assert '<th scope="row">sign</th><td>•••</td>' in html
    assert "{\n  &quot;callee&quot;: &quot;4477009•••01&quot;\n}" in html  # pretty
    assert "&quot;callId&quot;: &quot;c-1&quot;" in html


def test_a_reply_that_is_no_json_is_shown_as_it_is(auditor_client: Client) -> None:
    reply = "<h1>502</h1>"
    call = sent(make_call_request(), OutcomeUnknown("Unreadable.", exchange=exchange(status=502, reply_body=reply)))
    html = page_of(auditor_client, call)
    assert "&lt;h1&gt;502&lt;/h1&gt;" in html
    assert "HTTP 502" in html


def test_a_kept_exchange_shows_no_secret(auditor_client: Client) -> None:
    """What the sending code itself keeps, through the page."""
    call = make_call_request()
    prepared = services.preview_call(CallDraft.of(call), now=NOW).request
    signature = dict(prepared.headers)["sign"]
    kept = Redactor(prepared, secrets=["test-secret"]).exchange(status=200, reply=b'{"echo":"test-secret"}')
    html = page_of(auditor_client, sent(call, OutcomeUnknown("No code.", exchange=kept)))
    assert ProviderExchange.objects.count() == 1
    assert "didaws" in html
    assert "test-secret" not in html
    assert signature not in html
    assert "447700900001" not in html


def test_the_same_url_is_a_page_or_a_fragment(auditor_client: Client) -> None:
    call = make_call_request()
    page = auditor_client.get(call.get_absolute_url())
    assert "dialer/call_detail.html" in [template.name for template in page.templates]
    fragment = hx_get(auditor_client, call.get_absolute_url())
    assert_fragment(fragment, "dialer/_call.html", root_id="call")
    assert "HX-Request" in page["Vary"]


def test_an_open_call_is_polled_and_a_closed_one_is_not(auditor_client: Client) -> None:
    assert 'hx-trigger="every 2s"' in page_of(auditor_client, make_call_request())
    assert "hx-trigger" not in page_of(auditor_client, closed_call(callee="+447700900002")).split("<main")[1]


def test_a_poll_that_finds_no_news_is_answered_with_304(supervisor_client: Client) -> None:
    call = make_call_request()
    url = call.get_absolute_url()
    headers = {"HX-Request": "true", "If-None-Match": hx_get(supervisor_client, url)["ETag"]}
    assert supervisor_client.get(url, headers=headers).status_code == 304
    sent(call, RequestNotSent("No route to the provider."))
    assert call.state == State.PENDING  # the same state, yet there is news
    assert supervisor_client.get(url, headers=headers).status_code == 200


def test_a_suspended_account_is_news(supervisor_client: Client) -> None:
    url = make_call_request().get_absolute_url()
    headers = {"HX-Request": "true", "If-None-Match": hx_get(supervisor_client, url)["ETag"]}
    account = make_account()
    account.suspended_at, account.suspended_reason = NOW, "Key refused."
    account.save()
    assert supervisor_client.get(url, headers=headers).status_code == 200


def test_polling_ends_when_the_call_is_closed(supervisor_client: Client) -> None:
    call = make_call_request()
    url = call.get_absolute_url()
    headers = {"HX-Request": "true", "If-None-Match": hx_get(supervisor_client, url)["ETag"]}
    transitions.cancel(call, now=NOW, code="cancelled", reason="No longer wanted.")
    last = supervisor_client.get(url, headers=headers)
    assert last.status_code == 286
    assert_fragment(last, "dialer/_call.html", root_id="call")
    assert "hx-trigger" not in last.content.decode()
    assert "No longer wanted." in last.content.decode()


def test_a_poll_has_a_fixed_number_of_queries(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    call = make_call_request()
    for kind in EventKind:
        call.add_event(kind, now=NOW, by=make_user("kim"))
    # session, user, permissions of the user and of the groups; call, events, exchanges, later calls, do-not-call
    # lists, its campaign
    with django_assert_num_queries(10):
        hx_get(supervisor_client, call.get_absolute_url())


def test_an_unknown_reference_is_404(supervisor_client: Client) -> None:
    assert supervisor_client.get("/calls/00000000/").status_code == 404


def test_cancel_takes_a_waiting_order_back(supervisor_client: Client) -> None:
    call = make_call_request()
    assert f"{call.get_absolute_url()}cancel/" in page_of(supervisor_client, call)
    response = supervisor_client.post(f"{call.get_absolute_url()}cancel/", follow=True)
    call.refresh_from_db()
    assert call.state == State.CANCELLED
    assert "Cancelled. Nothing was sent." in response.content.decode()
    event = CallEvent.objects.get()
    assert (event.kind, event.by.username) == (EventKind.CANCELLED, "sam")


def test_cancel_comes_too_late(supervisor_client: Client) -> None:
    call = make_call_request(state=State.ACCEPTED)
    assert "cancel/" not in page_of(supervisor_client, call)
    response = supervisor_client.post(f"{call.get_absolute_url()}cancel/", follow=True)
    call.refresh_from_db()
    assert call.state == State.ACCEPTED
    assert "Too late to cancel" in response.content.decode()


def test_cancel_sends_htmx_back_to_the_call(supervisor_client: Client) -> None:
    call = make_call_request()
    assert hx_post(supervisor_client, f"{call.get_absolute_url()}cancel/")["HX-Redirect"] == call.get_absolute_url()


def test_call_again_asks_first_with_the_number(supervisor_client: Client) -> None:
    call = closed_call()
    url = f"{call.get_absolute_url()}again/"
    assert f'href="{url}"' in page_of(supervisor_client, call)
    response = supervisor_client.get(url)
    html = response.content.decode()
    assert 'Call <span class="num">+44 7700 900001</span> again?' in html
    assert f'method="post" action="{url}"' in html
    assert_fragment(hx_get(supervisor_client, url), "dialer/_call_again.html", root_id="call-again")
    assert CallRequest.objects.count() == 1


def test_call_again_is_a_new_order_linked_to_the_first(supervisor_client: Client) -> None:
    call = closed_call(delay_ms=500)
    url = f"{call.get_absolute_url()}again/"
    key = re.search(r'name="idempotency_key" value="([^"]+)"', supervisor_client.get(url).content.decode())
    assert key
    answers = [supervisor_client.post(url, {"idempotency_key": key[1]}) for _click in range(2)]
    again = call.retries.get()
    assert {answer["Location"] for answer in answers} == {again.get_absolute_url()}
    assert (again.callee, again.delay_ms, again.state) == (call.callee, 500, State.PENDING)
    assert ProcrastinateJob.objects.count() == 1
    assert again.get_absolute_url() in page_of(supervisor_client, call)
    assert call.get_absolute_url() in page_of(supervisor_client, again)


@pytest.mark.parametrize("state", [State.PENDING, State.SENDING, State.ACCEPTED, State.IN_DOUBT])
def test_call_again_waits_for_the_end(supervisor_client: Client, state: str) -> None:
    call = make_call_request(state=state)
    url = f"{call.get_absolute_url()}again/"
    assert url not in page_of(supervisor_client, call)
    for answer in (supervisor_client.get(url), supervisor_client.post(url, {"idempotency_key": uuid.uuid4()})):
        assert (answer.status_code, answer["Location"]) == (302, call.get_absolute_url())
    assert CallRequest.objects.count() == 1
    assert "has not ended yet" in page_of(supervisor_client, call)


def test_call_again_is_refused_while_another_order_is_open(supervisor_client: Client) -> None:
    call = closed_call()
    newer = make_call_request(requested_at=NOW + timedelta(hours=1))
    url = f"{call.get_absolute_url()}again/"
    response = hx_post(supervisor_client, url, {"idempotency_key": uuid.uuid4()})
    assert response.status_code == 422
    assert_fragment(response, "dialer/_call_again.html", root_id="call-again")
    assert f'<a href="{newer.get_absolute_url()}">' in response.content.decode()
    assert CallRequest.objects.count() == 2


def test_call_again_without_a_key_is_refused(supervisor_client: Client) -> None:
    call = closed_call()
    assert supervisor_client.post(f"{call.get_absolute_url()}again/").status_code == 422
    assert CallRequest.objects.count() == 1


def test_an_auditor_sees_no_buttons(auditor_client: Client) -> None:
    assert "cancel/" not in page_of(auditor_client, make_call_request())
    assert "again/" not in page_of(auditor_client, closed_call(callee="+447700900002"))
