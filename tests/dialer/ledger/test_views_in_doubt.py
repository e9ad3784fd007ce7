from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns.models import ProviderTask
from dialer.ledger import transitions
from dialer.models import Attempt, CallEvent, CallRequest, EventKind, State
from tests.support.builders import NOW, make_call_request, make_user
from tests.support.campaign_builders import make_campaign
from tests.support.htmx import assert_fragment, hx_post

pytestmark = pytest.mark.django_db

DESK = "/calls/in-doubt/"
REASON = "Looked in the console at 09:40."


def make_doubt(callee: str = "+447700900001", **columns: Any) -> CallRequest:
    return make_call_request(callee, state=State.IN_DOUBT, **{"reason": "No answer in time.", **columns})


def make_task(**columns: Any) -> ProviderTask:
    campaign = make_campaign()
    values = {
        "campaign": campaign,
        "account": campaign.account,
        "number": 1,
        "size": 500,
        "state": State.IN_DOUBT,
        "requested_by": campaign.created_by,
        "requested_at": NOW,
        "not_before": NOW,
        "settled_at": NOW,
    }
    return ProviderTask.objects.create(**{**values, **columns})


def resolve(client: Client, row: Any, *, verdict: str = "not_called", reason: str = REASON, **extra: Any) -> Any:
    url = f"{DESK}{row.kind}/{row.reference}/"
    return client.post(url, {"verdict": verdict, "reason": reason}, **extra)


def test_it_lists_what_is_in_doubt_and_why(supervisor_client: Client) -> None:
    call = make_doubt()
    settled = make_call_request("+447700900002", state=State.ACCEPTED)
    html = supervisor_client.get(DESK).content.decode()
    assert "Call to +4477009•••01 from +442079460001" in html
    assert "No answer in time." in html
    assert f'href="{call.get_absolute_url()}"' in html
    assert settled.reference not in html
    assert call.callee not in html


def test_it_lists_every_kind_the_longest_in_doubt_first(supervisor_client: Client) -> None:
    call = make_doubt()
    task = make_task(settled_at=NOW - timedelta(hours=1))
    html = supervisor_client.get(DESK).content.decode()
    assert "Chunk 1 of campaign Autumn, 500 numbers" in html
    assert 0 < html.index(task.reference) < html.index(call.reference)


def test_its_queries_do_not_grow_with_its_rows(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    make_task()
    for n in range(20):
        make_doubt(f"+4477009000{n:02d}")
    # session, user, permissions (2); calls and tasks; for the frame: two counts, the groups, bell, banners, stop switch
    with django_assert_num_queries(12):
        supervisor_client.get(DESK)


def test_it_says_when_nothing_is_in_doubt(supervisor_client: Client) -> None:
    assert "No orders in doubt" in supervisor_client.get(DESK).content.decode()


def test_an_auditor_sees_the_list_without_forms(auditor_client: Client) -> None:
    make_doubt()
    html = auditor_client.get(DESK).content.decode()
    assert "Call to +4477009•••01" in html
    assert 'name="verdict"' not in html


@pytest.mark.parametrize(
    ("verdict", "state", "says"),
    [
        ("called", State.ACCEPTED, "Resolved: the provider accepted the order."),
        ("not_called", State.REJECTED, "Resolved: the provider did not accept the order"),
    ],
)
def test_a_person_ends_the_doubt_either_way(supervisor_client: Client, verdict: str, state: str, says: str) -> None:
    call = make_doubt()
    response = resolve(supervisor_client, call, verdict=verdict, follow=True)
    call.refresh_from_db()
    assert (call.state, call.resolution, call.resolved_by.username) == (state, REASON, "sam")
    event = CallEvent.objects.get()
    assert (event.kind, event.by.username) == (EventKind.RESOLVED, "sam")
    assert REASON in event.detail
    assert not Attempt.objects.still_open().exists()
    html = response.content.decode()
    assert says in html
    assert f'<a href="{call.get_absolute_url()}">Call to +4477009•••01' in html
    assert 'name="verdict"' not in html


def test_what_was_not_called_may_be_called_again(supervisor_client: Client) -> None:
    call = make_doubt()
    resolve(supervisor_client, call)
    assert f"{call.get_absolute_url()}again/" in supervisor_client.get(call.get_absolute_url()).content.decode()


def test_a_provider_task_is_resolved_at_the_same_desk(supervisor_client: Client) -> None:
    task = make_task()
    assert resolve(supervisor_client, task, verdict="called").status_code == 302
    task.refresh_from_db()
    assert task.state == State.ACCEPTED
    assert task.events.get().by.username == "sam"


@pytest.mark.parametrize("data", [{"reason": "short"}, {"reason": "         "}, {"verdict": "maybe"}])
def test_it_needs_a_verdict_and_a_written_reason(supervisor_client: Client, data: dict[str, str]) -> None:
    call = make_doubt()
    response = resolve(supervisor_client, call, **data)
    assert response.status_code == 422
    html = response.content.decode()
    assert "<html" in html
    assert '<details class="disclosure" open>' in html
    assert "field-invalid" in html
    call.refresh_from_db()
    assert call.state == State.IN_DOUBT
    assert not CallEvent.objects.exists()


def test_only_the_form_that_was_posted_comes_back_marked(supervisor_client: Client) -> None:
    make_doubt("+447700900002")
    html = resolve(supervisor_client, make_doubt(), reason="short").content.decode()
    assert html.count('<details class="disclosure" open>') == html.count("form-errors") == 1


def test_htmx_gets_the_row_with_its_mistakes_or_the_whole_desk(supervisor_client: Client) -> None:
    call = make_doubt()
    url = f"{DESK}call/{call.reference}/"
    wrong = hx_post(supervisor_client, url, {"verdict": "called", "reason": "short"})
    assert wrong.status_code == 422
    assert_fragment(wrong, "dialer/_doubt.html", root_id=f"doubt-{call.reference}")
    right = hx_post(supervisor_client, url, {"verdict": "called", "reason": REASON})
    assert right["HX-Redirect"] == DESK


def test_the_second_to_resolve_is_told_who_was_first(supervisor_client: Client) -> None:
    call = make_doubt()
    transitions.resolve(call, called=True, by=make_user("kim"), reason="It stands in the console.", now=NOW)
    html = resolve(supervisor_client, call, follow=True).content.decode()
    assert "no longer in doubt" in html
    assert "resolved by a person, by kim" in html
    call.refresh_from_db()
    assert (call.state, call.resolved_by.username) == (State.ACCEPTED, "kim")
    assert CallEvent.objects.count() == 1


@pytest.mark.parametrize("reason", [REASON, "short"])
def test_a_doubt_that_a_record_ended_says_so(supervisor_client: Client, reason: str) -> None:
    call = make_doubt()
    transitions.prove(call, now=NOW, evidence="record c-1")
    html = resolve(supervisor_client, call, reason=reason, follow=True).content.decode()
    assert "not needed: proven by a provider record. " in html
    call.refresh_from_db()
    assert call.state == State.ACCEPTED


@pytest.mark.parametrize("path", ["call/00000000/", "nonsense/00000000/"])
def test_an_unknown_order_is_404(supervisor_client: Client, path: str) -> None:
    assert supervisor_client.post(DESK + path, {"verdict": "called", "reason": REASON}).status_code == 404


def test_the_forms_work_without_scripts() -> None:
    call = make_doubt()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user())
    html = browser.get(DESK).content.decode()
    assert f'method="post" action="{DESK}call/{call.reference}/"' in html
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', html))
    response = browser.post(f"{DESK}call/{call.reference}/", {"verdict": "called", "reason": REASON, **hidden})
    assert response.status_code == 302
