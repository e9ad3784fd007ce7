from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, CampaignEvent, Entry
from dialer.models import State
from tests.support.builders import make_account, make_agent_group, make_user
from tests.support.campaign_builders import callees, make_call_list, make_campaign, make_task
from tests.support.htmx import assert_fragment, hx_get, hx_post

pytestmark = pytest.mark.django_db
C = Campaign.State

SESSION_AND_RIGHTS = 4
"""Queries of every signed-in request: session, user, the user's rights, the groups' rights."""


def url(name: str, *args: Any) -> str:
    return reverse(f"campaigns:{name}", args=args)


def entered(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Autumn",
        "description": "",
        "agent_group": make_agent_group().pk,
        "country": "gb",
        "strategy_name": "Default Strategy",
        "dispatch_type": 2,
        "predict_call_rate": "1.25",
        "ratio_call_rate": "1.5",
        "start_count": 10,
        "startup_type": 3,
        "chunk_size": 0,
        **changes,
    }


def test_the_list_shows_state_progress_and_trouble(supervisor_client: Client) -> None:
    campaign = make_campaign(state=C.PAUSED, trouble="The provider refused chunk 1.")
    make_call_list(campaign, entries=4).entries.filter(line_number=2).update(state=Entry.State.DONE)
    page = supervisor_client.get(url("campaign_list")).content.decode()
    assert "The provider refused chunk 1." in page
    assert "1 of 4" in page
    assert "badge-paused" in page


def test_the_list_is_filtered_by_state(supervisor_client: Client) -> None:
    make_campaign("Autumn", state=C.RUNNING)
    make_campaign("Winter")
    response = hx_get(supervisor_client, url("campaign_list"), {"state": "draft"})
    assert_fragment(response, "campaigns/_campaigns.html", root_id="campaigns")
    assert [row["campaign"].name for row in response.context["rows"]] == ["Winter"]
    assert len(hx_get(supervisor_client, url("campaign_list"), {"state": "nonsense"}).context["rows"]) == 2


def test_the_list_needs_the_same_queries_for_one_and_for_many(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    for n in range(30):
        make_call_list(make_campaign(f"Campaign {n}", state=C.RUNNING), entries=1)
    with django_assert_num_queries(SESSION_AND_RIGHTS + 2):
        response = hx_get(supervisor_client, url("campaign_list"))
    assert len(response.context["rows"]) == 25
    assert response.context["page"].next_url


def test_a_campaign_is_created_as_a_draft(supervisor_client: Client) -> None:
    response = supervisor_client.post(url("campaign_create"), entered())
    campaign = Campaign.objects.get()
    assert response["Location"] == campaign.get_absolute_url()
    assert (campaign.state, campaign.country, str(campaign.predict_call_rate)) == (C.DRAFT, "GB", "1.25")
    assert CampaignEvent.objects.get().state == C.DRAFT


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("country", "UK", "Unknown country code UK."),
        ("predict_call_rate", "1.255", "no more than 2 decimal places"),
        ("predict_call_rate", "-1", "greater than or equal to 0"),
        ("ratio_call_rate", "1.55", "no more than 1 decimal place"),
        ("start_count", "-1", "greater than or equal to 0"),
        ("startup_type", "2", "2 is not one of the available choices"),
        ("dispatch_type", "3", "3 is not one of the available choices"),
        ("chunk_size", "10001", "less than or equal to 10000"),
        ("agent_group", "", "This field is required."),
        ("strategy_name", "", "This field is required."),
    ],
)
def test_wrong_entries_come_back_with_the_reason(
    supervisor_client: Client, field: str, value: str, sentence: str
) -> None:
    response = hx_post(supervisor_client, url("campaign_create"), entered(**{field: value}))
    assert response.status_code == 422
    assert_fragment(response, "campaigns/_campaign_form.html", root_id="campaign-form")
    assert sentence in response.context["form"].errors[field][0]
    assert not Campaign.objects.exists()


def test_a_name_is_used_once(supervisor_client: Client) -> None:
    make_campaign("Autumn")
    response = supervisor_client.post(url("campaign_create"), entered())
    assert response.status_code == 422
    assert response.context["form"].errors["name"] == ["A campaign with this name already exists."]


def test_the_agent_groups_are_those_of_the_account(supervisor_client: Client) -> None:
    first, second = make_account(), make_account("Second", env_prefix="NXCLOUD_B")
    make_agent_group("NX1", account=first)
    group = make_agent_group("NX2", account=second)
    both = supervisor_client.get(url("campaign_create")).context["form"]
    assert [label for _value, label in both.fields["agent_group"].choices][1:] == ["NX1 · NxCloud", "NX2 · Second"]
    chosen = hx_get(supervisor_client, url("campaign_create"), {"account": second.pk, "name": "Autumn"})
    assert_fragment(chosen, "campaigns/_campaign_form_channel.html", root_id="form-of-channel")
    assert list(chosen.context["form"].fields["agent_group"].choices) == [(group.pk, "NX2")]
    # What is being typed beside the choice is not touched.
    assert 'name="name"' not in chosen.content.decode()
    wrong = supervisor_client.post(url("campaign_create"), entered(account=first.pk, agent_group=group.pk))
    assert "belongs to another account" in wrong.context["form"].errors["agent_group"][0]


def test_a_portal_without_groups_says_what_is_missing(supervisor_client: Client) -> None:
    make_account()
    assert "An administrator can add both" in supervisor_client.get(url("campaign_create")).content.decode()


def test_a_draft_is_edited_and_a_started_campaign_is_not(supervisor_client: Client) -> None:
    campaign = make_campaign()
    supervisor_client.post(url("campaign_edit", campaign.pk), entered(name="Late autumn", startup_type=1))
    campaign.refresh_from_db()
    assert (campaign.name, campaign.startup_type) == ("Late autumn", 1)
    Campaign.objects.update(state=C.RUNNING)
    response = supervisor_client.post(url("campaign_edit", campaign.pk), entered(name="Winter"), follow=True)
    assert "you cannot edit it" in response.content.decode()
    assert Campaign.objects.get().name == "Late autumn"


def test_the_country_is_fixed_once_a_list_was_read_with_it(supervisor_client: Client) -> None:
    campaign = make_campaign()
    make_call_list(campaign)
    supervisor_client.post(url("campaign_edit", campaign.pk), entered(country="ID"))
    campaign.refresh_from_db()
    assert campaign.country == "GB"


@pytest.mark.parametrize(
    ("state", "shown"), [(C.DRAFT, ["start"]), (C.RUNNING, ["pause", "stop"]), (C.PAUSED, ["resume", "stop"])]
)
def test_only_legal_actions_are_offered(supervisor_client: Client, state: str, shown: list[str]) -> None:
    campaign = make_campaign(state=state)
    page = supervisor_client.get(campaign.get_absolute_url()).content.decode()
    links = [
        action for action in ("start", "pause", "resume", "stop") if url("campaign_act", campaign.pk, action) in page
    ]
    assert links == shown


def test_an_auditor_is_offered_nothing(auditor_client: Client) -> None:
    campaign = make_campaign(state=C.RUNNING)
    page = auditor_client.get(campaign.get_absolute_url()).content.decode()
    assert url("campaign_act", campaign.pk, "pause") not in page
    assert url("call_list_upload", campaign.pk) not in page


def test_the_page_shows_why_numbers_were_not_called(supervisor_client: Client) -> None:
    campaign = make_campaign(state=C.STOPPED)
    make_call_list(campaign, entries=3).entries.update(
        state=Entry.State.NOT_CALLED, reason_code="campaign_stopped", reason="Stopped by sam."
    )
    page = supervisor_client.get(campaign.get_absolute_url()).content.decode()
    link = f'<a href="/campaigns/{campaign.pk}/numbers/?reason=campaign_stopped">3</a>'
    assert re.search(rf'<th scope="row">Stopped by sam\.</th>\s*<td>{re.escape(link)}</td>', page)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "tom, 0 numbers"), (1, "tom, 1 number"), (2, "tom, 2 numbers")], ids=["none", "one", "two"]
)
def test_the_settings_say_who_approved_how_many_numbers(supervisor_client: Client, count: int, text: str) -> None:
    campaign = make_campaign(approved_by=make_user("tom"), approved_numbers=count)
    page = supervisor_client.get(campaign.get_absolute_url()).content.decode()
    assert re.search(rf"<dd>\s*{text}\s*</dd>", page)


def test_a_campaign_that_the_provider_does_not_start_says_so(supervisor_client: Client) -> None:
    campaign = make_campaign(startup_type=1)
    assert (
        "The provider does not dial automatically"
        in supervisor_client.get(campaign.get_absolute_url()).content.decode()
    )


def test_the_live_fragment_costs_seven_queries_and_nothing_when_it_has_not_changed(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    campaign = make_campaign(state=C.RUNNING)
    for n in range(5):
        make_task(campaign, state=State.ACCEPTED, entries=callees(3, start=10 * n))
    with django_assert_num_queries(SESSION_AND_RIGHTS + 7):
        response = hx_get(supervisor_client, campaign.get_absolute_url())
    assert_fragment(response, "campaigns/_campaign.html", root_id="campaign")
    assert "every 3s" in response.content.decode()
    headers = {"HX-Request": "true", "If-None-Match": response["ETag"]}
    again = supervisor_client.get(campaign.get_absolute_url(), headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    Entry.objects.filter(pk=Entry.objects.first().pk).update(state=Entry.State.DONE, disposition="busy")
    assert supervisor_client.get(campaign.get_absolute_url(), headers=headers).status_code == 200


def test_polling_ends_with_the_campaign(supervisor_client: Client) -> None:
    campaign = make_campaign(state=C.FINISHED)
    assert hx_get(supervisor_client, campaign.get_absolute_url()).status_code == 286
    task = make_task(make_campaign("Winter", state=C.STOPPED), state=State.ACCEPTED)
    assert hx_get(supervisor_client, task.campaign.get_absolute_url()).status_code == 200


def test_an_action_answers_with_the_new_state(supervisor_client: Client) -> None:
    campaign = make_campaign()
    make_call_list(campaign)
    response = hx_post(supervisor_client, url("campaign_act", campaign.pk, "start"))
    assert_fragment(response, "campaigns/_campaign.html", root_id="campaign")
    assert "Started." in response.content.decode()
    assert f'hx-get="{campaign.get_absolute_url()}"' in response.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == C.RUNNING


def test_an_action_works_without_scripts(supervisor_client: Client) -> None:
    campaign = make_campaign(state=C.RUNNING)
    response = supervisor_client.post(url("campaign_act", campaign.pk, "pause"))
    assert response["Location"] == campaign.get_absolute_url()
    campaign.refresh_from_db()
    assert campaign.state == C.PAUSED


def test_an_illegal_action_is_refused_with_a_sentence(supervisor_client: Client) -> None:
    campaign = make_campaign(state=C.STOPPED)
    response = supervisor_client.post(url("campaign_act", campaign.pk, "resume"), follow=True)
    assert "is stopped." in response.content.decode()


@pytest.mark.parametrize("action", ["delete", "finish", "Start"])
def test_other_actions_do_not_exist(supervisor_client: Client, action: str) -> None:
    assert supervisor_client.post(url("campaign_act", make_campaign().pk, action)).status_code == 404


def test_the_forms_are_protected_against_other_sites(supervisor_client: Client) -> None:
    supervisor_client.handler.enforce_csrf_checks = True
    assert supervisor_client.post(url("campaign_act", make_campaign().pk, "start")).status_code == 403
