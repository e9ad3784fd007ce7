"""Pages of campaigns that call number by number."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Channel, Entry, RetryRule
from dialer.models import CallRequest, State
from tests.support.builders import make_connect_number, make_did
from tests.support.campaign_builders import callees, make_call_list, make_paced_call, make_paced_campaign
from tests.support.htmx import hx_get

pytestmark = pytest.mark.django_db
C = Campaign.State


def url(name: str, *args: Any) -> str:
    return reverse(f"campaigns:{name}", args=args)


def entered(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "calls",
        "name": "Paced",
        "country": "gb",
        "connect_number": make_connect_number().pk,
        "dids": [make_did().pk],
        "ring_order": "callee_first",
        "calls_per_minute": 90,
        "concurrent_calls": 7,
        "line_seconds": 120,
        "priority": 2,
        "busy_minutes": 10,
        "busy_calls": 3,
        **changes,
    }


def test_a_paced_campaign_is_created_as_a_draft(supervisor_client: Client) -> None:
    response = supervisor_client.post(url("campaign_create"), entered())
    campaign = Campaign.objects.get()
    assert response["Location"] == campaign.get_absolute_url()
    assert (campaign.channel, campaign.calls_per_minute, campaign.ring_order) == (Channel.CALLS, 90, "callee_first")
    assert list(campaign.dids.all()) == [make_did()]
    assert list(campaign.retry_rules.values_list("disposition", "wait_minutes", "most_calls")) == [("busy", 10, 3)]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("calls_per_minute", "0", "greater than or equal to 1"),
        ("concurrent_calls", "", "This field is required."),
        ("priority", "10", "less than or equal to 9"),
        ("connect_number", "", "This field is required."),
        ("busy_calls", "", "Fill in both or leave both empty."),
        ("busy_calls", "1", "greater than or equal to 2"),
        ("busy_minutes", "", "Fill in both or leave both empty."),
    ],
)
def test_wrong_entries_come_back_with_the_reason(
    supervisor_client: Client, field: str, value: str, sentence: str
) -> None:
    response = supervisor_client.post(url("campaign_create"), entered(**{field: value}))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Campaign.objects.exists()


def test_choosing_a_channel_brings_its_fields(supervisor_client: Client) -> None:
    make_did()
    make_connect_number()
    page = hx_get(supervisor_client, url("campaign_create"), {"channel": "calls", "priority": "7"}).content.decode()
    assert 'name="calls_per_minute"' in page
    assert 'name="strategy_name"' not in page
    assert 'name="priority" value="7"' in page
    page = hx_get(supervisor_client, url("campaign_create"), {"channel": "preview"}).content.decode()
    assert 'name="calls_per_minute"' not in page
    assert 'name="connect_number"' in page


def test_pace_and_retries_are_changed_while_it_is_paused(supervisor_client: Client) -> None:
    campaign = make_paced_campaign(state=C.PAUSED)
    RetryRule.objects.create(campaign=campaign, disposition="busy")
    form = {"calls_per_minute": 5, "concurrent_calls": 1, "line_seconds": 60, "priority": 9}
    more = {"no_answer_minutes": 30, "no_answer_calls": 2}
    supervisor_client.post(url("campaign_edit", campaign.pk), {**form, **more})
    campaign.refresh_from_db()
    assert (campaign.calls_per_minute, campaign.priority) == (5, 9)
    assert list(campaign.retry_rules.values_list("disposition", "wait_minutes")) == [("no_answer", 30)]


def test_the_page_shows_its_calls_and_settings(supervisor_client: Client) -> None:
    campaign = make_paced_campaign(calls_per_minute=77)
    RetryRule.objects.create(campaign=campaign, disposition="busy", wait_minutes=12, most_calls=4)
    call = make_paced_call(campaign, state=State.IN_DOUBT, reason="No answer came.")
    page = supervisor_client.get(campaign.get_absolute_url()).content.decode()
    assert call.get_absolute_url() in page
    assert "No answer came." in page
    assert "busy: after 12 min, up to 4 calls" in page
    assert ">77<" in page


def test_the_page_needs_the_same_queries_for_one_call_and_for_many(
    supervisor_client: Client, django_assert_max_num_queries: Any
) -> None:
    campaign = make_paced_campaign()
    for number in callees(12):
        make_paced_call(campaign, callee=number, state=State.ACCEPTED)
    with django_assert_max_num_queries(4 + 8 + 1):
        hx_get(supervisor_client, campaign.get_absolute_url())


def test_the_next_request_of_a_paced_campaign_is_one_call(supervisor_client: Client) -> None:
    campaign = make_paced_campaign(state=C.DRAFT)
    make_call_list(campaign)
    page = supervisor_client.get(url("campaign_preview", campaign.pk)).content.decode()
    assert "/did/openapi/amazon/dialout" in page
    assert not CallRequest.objects.exists()


def test_numbers_are_called_again_from_the_page(supervisor_client: Client) -> None:
    campaign = make_paced_campaign(state=C.PAUSED)
    make_call_list(campaign, entries=2)
    Entry.objects.update(state=Entry.State.DONE, disposition="busy")
    assert "busy (2)" in supervisor_client.get(campaign.get_absolute_url()).content.decode()
    page = supervisor_client.post(url("campaign_again", campaign.pk), {"outcomes": ["busy"]}, follow=True)
    assert "2 numbers wait for another call." in page.content.decode()
    assert campaign.entries.waiting().count() == 2


def test_a_pass_over_nobody_is_told(supervisor_client: Client) -> None:
    campaign = make_paced_campaign(state=C.PAUSED)
    page = supervisor_client.post(url("campaign_again", campaign.pk), {"outcomes": ["busy"]}, follow=True)
    assert "busy is not one of the available choices" in page.content.decode()


@pytest.fixture
def preview() -> Campaign:
    campaign = make_paced_campaign(channel=Channel.PREVIEW)
    make_call_list(campaign, entries=2)
    Entry.objects.update(extra={"name": "Ann Example"})
    return campaign


def press(client: Client, campaign: Campaign, button: str) -> Any:
    page = client.get(url("next_number", campaign.pk))
    entry = page.context["entry"]
    form = {"entry": entry.pk, "press": button, "idempotency_key": page.context["idempotency_key"]}
    return client.post(url("next_number", campaign.pk), form)


def test_a_person_sees_the_next_number_and_presses_call(supervisor_client: Client, preview: Campaign) -> None:
    page = supervisor_client.get(url("next_number", preview.pk)).content.decode()
    assert "Ann Example" in page
    assert "May be called now" in page
    response = press(supervisor_client, preview, "call")
    assert response["Location"] == CallRequest.objects.get().get_absolute_url()


def test_skip_brings_the_next_one_and_let_go_leads_back(supervisor_client: Client, preview: Campaign) -> None:
    press(supervisor_client, preview, "skip")
    page = supervisor_client.get(url("next_number", preview.pk))
    assert page.context["entry"].callee == callees(2)[1]
    assert press(supervisor_client, preview, "leave")["Location"] == preview.get_absolute_url()
    assert not CallRequest.objects.exists()


def test_without_numbers_the_page_says_so(supervisor_client: Client, preview: Campaign) -> None:
    make_paced_call(preview, callee="+447700900777", state=State.ACCEPTED)
    Entry.objects.filter(state=Entry.State.WAITING).update(state=Entry.State.DONE, disposition="busy")
    page = supervisor_client.get(url("next_number", preview.pk)).content.decode()
    assert "No number can be called now" in page


def test_a_campaign_of_another_channel_has_no_next_number(supervisor_client: Client) -> None:
    assert supervisor_client.get(url("next_number", make_paced_campaign().pk)).status_code == 404
