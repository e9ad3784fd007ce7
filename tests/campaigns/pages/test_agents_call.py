"""Campaigns whose calls are an agent's: the form by kind of account, the next number, and the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Channel, Entry
from dialer.models import AgentPhone, AgentStatus, CallRequest, State
from dialer.models.agents import State as AgentState
from tests.support.builders import (
    make_agent,
    make_agent_group,
    make_agent_phone,
    make_aicc_account,
    make_call_request,
    make_connect_number,
    make_did,
    make_gateway_account,
    make_user,
)
from tests.support.campaign_builders import make_aicc_campaign, make_call_list, make_paced_call
from tests.support.htmx import assert_fragment, hx_get, hx_post

pytestmark = pytest.mark.django_db
C = Campaign.State


def url(name: str, *args: Any) -> str:
    return reverse(f"campaigns:{name}", args=args)


@pytest.fixture
def accounts() -> dict[str, Any]:
    """Everything that a campaign of each kind needs."""
    make_agent_phone("70001")
    make_agent_phone("70002")
    make_connect_number()
    return {"nxcloud": make_agent_group().account, "aicc": make_aicc_account(), "gateway": make_gateway_account()}


SHOWN = ("connect_number", "agent_phones", "dids", "ring_order", "line_seconds", "concurrent_calls", "agent_group")


@pytest.mark.parametrize(
    ("channel", "kind", "shown"),
    [
        ("task", "nxcloud", {"agent_group"}),
        ("calls", "nxcloud", {"connect_number", "dids", "ring_order", "line_seconds", "concurrent_calls"}),
        ("calls", "aicc", {"agent_phones", "dids", "concurrent_calls"}),
        ("preview", "nxcloud", {"connect_number", "dids", "ring_order"}),
        ("preview", "aicc", {"agent_phones", "dids"}),
        ("preview", "gateway", {"dids"}),
        ("calls", "", {"concurrent_calls", "line_seconds"}),
    ],
)
def test_only_the_fields_of_the_kind_are_shown(supervisor_client: Client, accounts, channel, kind, shown) -> None:
    account = accounts[kind].pk if kind else ""
    make_did(account=accounts["nxcloud"])
    form = hx_get(supervisor_client, url("campaign_create"), {"channel": channel, "account": account}).context["form"]
    assert {name for name in SHOWN if name in form.fields} == shown


def test_only_accounts_that_fit_are_offered(supervisor_client: Client, accounts) -> None:
    response = hx_get(supervisor_client, url("campaign_create"), {"channel": "calls"})
    assert_fragment(response, "campaigns/_campaign_form_channel.html", root_id="form-of-channel")
    assert [label for _pk, label in response.context["form"].fields["account"].choices][1:] == ["AICC", "NxCloud"]
    response = hx_get(supervisor_client, url("campaign_create"), {"channel": "task", "account": accounts["aicc"].pk})
    assert list(response.context["form"].fields["account"].choices) == [(accounts["nxcloud"].pk, "NxCloud")]


def test_another_choice_swaps_only_what_depends_on_it(supervisor_client: Client, accounts) -> None:
    """What somebody types while the answer is on its way stands outside of what is swapped."""
    page = supervisor_client.get(url("campaign_create")).content.decode()
    assert page.count('hx-target="#form-of-channel"') == 1
    typed = {"channel": "calls", "account": accounts["aicc"].pk, "priority": 7}
    ticked = {"agent_phones": [row.pk for row in AgentPhone.objects.all()], "weekdays": ["1", "5"]}
    fragment = hx_get(supervisor_client, url("campaign_create"), {**typed, **ticked}).content.decode()
    for name in ("name", "description", "country", "purpose", "hours_from", "weekdays", "budget", "channel"):
        assert f'name="{name}"' not in fragment
    assert 'name="priority" value="7"' in fragment
    assert fragment.count("checked") == 2


def test_a_portal_with_agents_only_begins_with_what_they_can_do(supervisor_client: Client) -> None:
    make_gateway_account()
    form = supervisor_client.get(url("campaign_create")).context["form"]
    assert form.channel == Channel.PREVIEW
    page = hx_get(supervisor_client, url("campaign_create"), {"channel": "calls"}).content.decode()
    assert "You need an account with one of: NxCloud or Huawei AICC." in page


def test_an_aicc_campaign_is_made_and_edited(supervisor_client: Client, accounts) -> None:
    first, second = AgentPhone.objects.order_by("number")
    entered = {"channel": "calls", "account": accounts["aicc"].pk, "name": "Agents", "country": "GB"}
    entered |= {"agent_phones": [first.pk], "calls_per_minute": 60, "concurrent_calls": 2, "priority": 5}
    supervisor_client.post(url("campaign_create"), entered)
    campaign = Campaign.objects.get()
    assert list(campaign.agent_phones.all()) == [first]
    assert (campaign.connect_number, campaign.dids.count()) == (None, 0)
    Campaign.objects.update(state=C.PAUSED)
    limits = {"calls_per_minute": 60, "concurrent_calls": 2, "priority": 5, "agent_phones": [second.pk]}
    supervisor_client.post(url("campaign_edit", campaign.pk), limits)
    assert list(campaign.agent_phones.all()) == [second]
    page = supervisor_client.get(campaign.get_absolute_url()).content.decode()
    assert "70002" in page
    assert "Connect number" not in page
    assert "Assumed call length" not in page


def test_phones_of_another_account_are_refused(supervisor_client: Client, accounts) -> None:
    other = make_agent_phone("79999", account=accounts["gateway"])
    entered = {"channel": "preview", "account": accounts["aicc"].pk, "name": "Agents", "country": "GB"}
    response = hx_post(supervisor_client, url("campaign_create"), {**entered, "agent_phones": [other.pk]})
    assert response.status_code == 422
    assert "agent_phones" in response.context["form"].errors


def test_the_page_shows_who_calls_and_that_the_provider_chooses(supervisor_client: Client) -> None:
    campaign = make_aicc_campaign()
    make_paced_call(campaign, agent_phone=AgentPhone.objects.get(number="70002"), state=State.ACCEPTED)
    page = hx_get(supervisor_client, campaign.get_absolute_url()).content.decode()
    assert "chosen by the provider" in page
    assert "70002" in page


def test_the_page_of_agents_calls_needs_no_more_queries(
    supervisor_client: Client, django_assert_max_num_queries: Any
) -> None:
    campaign = make_aicc_campaign()
    for number, phone in enumerate(AgentPhone.objects.all()):
        make_paced_call(campaign, callee=f"+44770090010{number}", agent_phone=phone, state=State.ACCEPTED)
    with django_assert_max_num_queries(4 + 8 + 1):
        hx_get(supervisor_client, campaign.get_absolute_url())


def test_the_request_of_each_kind_is_shown_before_it_leaves(
    supervisor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"BASE_URL": "https://aicc.example", "APP_KEY": "k", "APP_SECRET": "s"}.items():
        monkeypatch.setenv(f"AICC_{name}", value)
    monkeypatch.setenv("CCGATEWAY_BASE_URL", "https://gateway.example/agentgateway/resource")
    campaign = make_aicc_campaign(state=C.DRAFT)
    make_call_list(campaign)
    make_call_request("+447700900900", agent_phone=AgentPhone.objects.first(), state=State.ACCEPTED)
    assert "createCall" in supervisor_client.get(url("campaign_preview", campaign.pk)).content.decode()
    looked = gateway()
    page = supervisor_client.get(url("campaign_preview", looked.pk)).content.decode()
    assert "A call by Huawei CC-Gateway needs an agent." in page
    make_agent(1001)
    assert "callout" in supervisor_client.get(url("campaign_preview", looked.pk)).content.decode()


def gateway(**columns: Any) -> Campaign:
    campaign = Campaign.objects.create(
        name="Looked at",
        account=make_gateway_account(),
        channel=Channel.PREVIEW,
        country="GB",
        state=C.RUNNING,
        created_by=make_user(),
        **columns,
    )
    make_call_list(campaign, entries=["+447700900101", "+447700900102"])
    return campaign


def press(client: Client, campaign: Campaign, **chosen: Any) -> Any:
    page = client.get(url("next_number", campaign.pk))
    key = page.context["idempotency_key"]
    form = {"entry": page.context["entry"].pk, "press": "call", "idempotency_key": key, **chosen}
    return client.post(url("next_number", campaign.pk), form)


def options_of(client: Client, campaign: Campaign, name: str) -> tuple[list[str], Any]:
    """The choices as they are read, with * for those that cannot be chosen; and what is chosen already."""
    field = client.get(url("next_number", campaign.pk)).context["form"][name]
    labels = [("*" if "disabled" in row.data["attrs"] else "") + row.data["label"] for row in field]
    return labels[1:], field.initial


def test_the_own_idle_agent_is_chosen_and_others_are_listed_with_their_state(supervisor_client: Client) -> None:
    campaign, user = gateway(), make_user()
    make_agent(1001, state=AgentState.TALKING)
    make_agent(1002, name="Ben")
    own = make_agent(1003, user=user)
    make_agent(1004, state=AgentState.SIGNED_OUT)
    make_agent(1005, is_active=False)
    labels, chosen = options_of(supervisor_client, campaign, "agent")
    assert labels == ["1002 Ben", "1003", "*1001 (talking)", "*1004 (signed out)"]
    assert chosen == own.pk


def test_an_agent_calls_the_next_number(supervisor_client: Client) -> None:
    campaign, agent = gateway(), make_agent(1001)
    response = press(supervisor_client, campaign, agent=agent.pk)
    call = CallRequest.objects.get()
    assert response["Location"] == call.get_absolute_url()
    assert (call.agent, call.did, call.build_order().agent_id) == (agent, None, "1001")
    assert Entry.objects.get(call=call).state == Entry.State.ORDERED


def test_an_agent_who_cannot_call_is_refused_on_the_page(supervisor_client: Client) -> None:
    campaign, agent = gateway(), make_agent(1001)
    AgentStatus.objects.update(state=AgentState.TALKING)
    response = press(supervisor_client, campaign, agent=agent.pk)
    assert response.status_code == 422
    assert "1001 cannot place a call now: talking." in response.content.decode()
    assert "No agent of this account is signed in and idle" in response.content.decode()
    assert press(supervisor_client, campaign).status_code == 422
    assert not CallRequest.objects.exists()


def test_whoever_may_not_use_agents_calls_as_none(supervisor_client: Client) -> None:
    campaign, agent = gateway(), make_agent(1001)
    for group in make_user().groups.all():
        group.permissions.remove(Permission.objects.get(codename="use_agent"))
    assert press(supervisor_client, campaign, agent=agent.pk).status_code == 403
    assert not CallRequest.objects.exists()


@pytest.fixture
def phones() -> Campaign:
    campaign = make_aicc_campaign(channel=Channel.PREVIEW)
    make_call_list(campaign, entries=["+447700900101", "+447700900102"])
    return campaign


def test_the_phone_of_the_last_call_is_chosen_and_busy_ones_are_marked(
    supervisor_client: Client, phones: Campaign
) -> None:
    first, second, third = AgentPhone.objects.order_by("number")
    closed = {"state": State.ACCEPTED, "closed_at": phones.created_at}
    make_call_request("+447700900901", agent_phone=first, requested_by=make_user(), **closed)
    make_call_request("+447700900902", agent_phone=third, requested_by=make_user("sue"), **closed)
    make_call_request("+447700900903", agent_phone=second, requested_by=make_user("sue"), state=State.ACCEPTED)
    labels, chosen = options_of(supervisor_client, phones, "agent_phone")
    assert labels == ["70001", "*70002 (busy)", "70003"]
    assert chosen == first.pk


def test_a_phone_calls_the_next_number_once_at_a_time(supervisor_client: Client, phones: Campaign) -> None:
    phone = AgentPhone.objects.get(number="70001")
    press(supervisor_client, phones, agent_phone=phone.pk)
    call = CallRequest.objects.get()
    assert (call.agent_phone, call.did) == (phone, None)
    response = press(supervisor_client, phones, agent_phone=phone.pk)
    assert response.status_code == 422
    assert "The phone 70001 is busy." in response.content.decode()
    assert CallRequest.objects.count() == 1


def test_a_phone_of_another_account_is_no_choice(supervisor_client: Client, phones: Campaign) -> None:
    other = make_agent_phone("79999", account=make_gateway_account())
    assert press(supervisor_client, phones, agent_phone=other.pk).status_code == 422
    assert press(supervisor_client, phones, agent_phone="nonsense").status_code == 422
    assert not CallRequest.objects.exists()
