from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialer.models import Agent, AgentCommand, AgentLogEntry, AgentState, AgentStatus, CallRequest, State
from tests.support.builders import NOW, make_account, make_agent, make_call_request, make_gateway_account, make_user
from tests.support.htmx import assert_fragment, hx_get, hx_post

pytestmark = pytest.mark.django_db

LIST = "/agents/"
Kind = AgentCommand.Kind


def act(agent: Agent, action: str) -> str:
    return reverse("agents:act", args=[agent.pk, action])


def detail(agent: Agent) -> str:
    return reverse("agents:detail", args=[agent.pk])


def seen_now(agent: Agent, **columns: Any) -> Agent:
    """As the process that holds the agent leaves it."""
    now = timezone.now()
    AgentStatus.objects.filter(agent=agent).update(**{"since": now, "polled_at": now, **columns})
    return agent


def buttons(html: str, agent: Agent) -> set[str]:
    actions = ("sign-in", "take-over", "sign-out", "end-and-sign-out", "ready", "not-ready", "hang-up")
    return {action for action in actions if f'id="agent-{agent.pk}-{action}"' in html}


def test_a_row_says_what_the_agent_does(supervisor_client: Client) -> None:
    agent = make_agent(name="Asha", phone="442079460101", user=make_user("kim"))
    call = make_call_request(agent=agent, state=State.ACCEPTED)
    seen_now(agent, state=AgentState.TALKING, call=call, since=timezone.now() - timedelta(minutes=5))
    html = supervisor_client.get(LIST).content.decode()
    assert "1001" in html
    assert "Asha" in html
    assert "badge-agent-talking" in html
    assert "for 5 min" in html
    assert f'href="{call.get_absolute_url()}">+4477009•••01</a>' in html
    assert "442079460101" not in html
    assert "kim" in html
    assert "1 of 1 signed in" in html


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (AgentState.SIGNED_OUT, {"sign-in"}),
        (AgentState.SIGNING_IN, {"sign-out"}),
        (AgentState.IDLE, {"not-ready", "sign-out"}),
        (AgentState.BUSY, {"ready", "sign-out"}),
        (AgentState.WRAP_UP, {"ready", "sign-out"}),
        (AgentState.REST, {"ready", "sign-out"}),
        (AgentState.RINGING, {"end-and-sign-out"}),
        (AgentState.DIALLING, {"end-and-sign-out"}),
        (AgentState.TALKING, {"end-and-sign-out"}),
        (AgentState.LOST, {"sign-out"}),
        (AgentState.SIGNING_OUT, set()),
    ],
)
def test_each_state_offers_what_makes_sense(supervisor_client: Client, state: str, offered: set[str]) -> None:
    agent = make_agent(state=state)
    assert buttons(supervisor_client.get(LIST).content.decode(), agent) == offered
    assert buttons(supervisor_client.get(detail(agent)).content.decode(), agent) == offered


def test_every_state_has_words_and_a_row(supervisor_client: Client) -> None:
    for number, state in enumerate(AgentState.values):
        make_agent(1001 + number, state=state)
    html = supervisor_client.get(LIST).content.decode()
    assert "tone-neutral" in html
    assert ">agent_" not in html


def test_a_call_of_the_portal_can_be_hung_up_from_the_list(supervisor_client: Client) -> None:
    agent = make_agent()
    call = make_call_request(agent=agent, state=State.ACCEPTED)
    seen_now(agent, state=AgentState.TALKING, call=call)
    html = supervisor_client.get(LIST).content.decode()
    assert buttons(html, agent) == {"hang-up", "end-and-sign-out"}
    assert f'name="call" value="{call.reference}"' in html
    response = hx_post(supervisor_client, act(agent, "hang-up") + "?list", {"call": call.reference})
    assert_fragment(response, "dialer/_agent_row.html", root_id=f"agent-{agent.pk}")
    command = AgentCommand.objects.get()
    assert (command.kind, command.call, command.by.username) == (Kind.HANG_UP, call, "sam")


def test_another_agents_call_is_not_hung_up(supervisor_client: Client) -> None:
    other = make_call_request(agent=make_agent(1002), state=State.ACCEPTED)
    response = supervisor_client.post(act(make_agent(), "hang-up"), {"call": other.reference})
    assert response.status_code == 404
    assert not AgentCommand.objects.exists()


@pytest.mark.parametrize(
    ("state", "action", "kind"),
    [
        (AgentState.SIGNED_OUT, "sign-in", Kind.SIGN_IN),
        (AgentState.SIGNED_OUT, "take-over", Kind.FORCE_SIGN_IN),
        (AgentState.IDLE, "sign-out", Kind.SIGN_OUT),
        (AgentState.TALKING, "end-and-sign-out", Kind.FORCE_SIGN_OUT),
        (AgentState.BUSY, "ready", Kind.IDLE),
        (AgentState.IDLE, "not-ready", Kind.BUSY),
    ],
)
def test_a_button_writes_down_what_was_asked(supervisor_client: Client, state: str, action: str, kind: str) -> None:
    agent = make_agent(state=state)
    response = supervisor_client.post(act(agent, action))
    assert response.status_code == 302
    assert response["Location"] == detail(agent)
    command = AgentCommand.objects.get()
    assert (command.agent, command.kind, command.by.username) == (agent, kind, "sam")


def test_without_scripts_a_button_of_the_list_comes_back_to_it(supervisor_client: Client) -> None:
    agent = make_agent()
    assert supervisor_client.post(act(agent, "not-ready") + "?list")["Location"] == LIST


def test_htmx_gets_the_row_or_the_agent(supervisor_client: Client) -> None:
    agent = make_agent(state=AgentState.SIGNED_OUT)
    row = hx_post(supervisor_client, act(agent, "sign-in") + "?list")
    assert_fragment(row, "dialer/_agent_row.html", root_id=f"agent-{agent.pk}")
    assert "badge-agent-signing-in" in row.content.decode()
    seen_now(agent, state=AgentState.IDLE)
    page = hx_post(supervisor_client, act(agent, "not-ready"))
    assert_fragment(page, "dialer/_agent.html", root_id="agent")


@pytest.mark.parametrize("action", ["take-over", "end-and-sign-out"])
def test_what_takes_something_away_asks_first(supervisor_client: Client, action: str) -> None:
    agent = make_agent(state=AgentState.SIGNED_OUT)
    html = supervisor_client.get(act(agent, action)).content.decode()
    assert 'id="agent-confirm-yes"' in html
    assert not AgentCommand.objects.exists()


def test_another_client_is_thrown_out_only_where_the_provider_told_of_one(supervisor_client: Client) -> None:
    agent = make_agent(state=AgentState.SIGNED_OUT)
    seen_now(agent, offers_force=True, reason="Another client is signed in as this agent.")
    html = supervisor_client.get(LIST).content.decode()
    assert buttons(html, agent) == {"sign-in", "take-over"}
    assert "Another client is signed in as this agent." in html


@pytest.mark.parametrize("action", ["sign-in", "sign-out", "ready", "not-ready", "hang-up"])
def test_nothing_is_done_by_looking(supervisor_client: Client, action: str) -> None:
    agent = make_agent()
    assert supervisor_client.get(act(agent, action)).status_code == 405
    assert not AgentCommand.objects.exists()


def test_there_is_no_other_action(supervisor_client: Client) -> None:
    assert supervisor_client.post(act(make_agent(), "explode")).status_code == 404


def test_a_refusal_is_said(supervisor_client: Client) -> None:
    agent = make_agent()
    assert hx_post(supervisor_client, act(agent, "sign-in"))["HX-Refresh"] == "true"
    assert "already signed in" in supervisor_client.get(detail(agent)).content.decode()
    response = supervisor_client.post(act(agent, "sign-in"), follow=True)
    assert "already signed in" in response.content.decode()


def test_an_auditor_looks_but_does_nothing(auditor_client: Client) -> None:
    agent = make_agent()
    html = auditor_client.get(LIST).content.decode() + auditor_client.get(detail(agent)).content.decode()
    assert buttons(html, agent) == set()
    assert "agent-place-call" not in html
    assert auditor_client.post(act(agent, "sign-out")).status_code == 403
    assert not AgentCommand.objects.exists()


def test_an_agent_nobody_has_heard_of_is_told(supervisor_client: Client) -> None:
    agent = make_agent()
    old = timezone.now() - timedelta(minutes=3)
    seen_now(agent, polled_at=old, since=old)
    assert "is a worker running" in supervisor_client.get(LIST).content.decode()
    seen_now(agent, since=old)
    assert "is a worker running" not in supervisor_client.get(LIST).content.decode()
    seen_now(agent, polled_at=old, since=old, state=AgentState.SIGNED_OUT)
    assert "is a worker running" not in supervisor_client.get(LIST).content.decode()


def shown(response: HttpResponse) -> list[int]:
    return [row.agent.agent_id for row in response.context["rows"]]


def test_it_finds_agents(supervisor_client: Client) -> None:
    make_agent(1001, name="Asha")
    make_agent(1002, name="Ben", phone="442079460102", state=AgentState.SIGNED_OUT)
    make_agent(2001, name="Bashir", account=make_gateway_account(), state=AgentState.TALKING)
    Agent.objects.create(account=make_gateway_account(), agent_id=3001, phone="3001")
    other = make_account("Second gateway", kind="huawei_ccgateway", env_prefix="SECOND")
    make_agent(1001, name="Dev", account=other)
    assert shown(supervisor_client.get(LIST, {"q": "ash"})) == [1001, 2001]
    assert shown(supervisor_client.get(LIST, {"q": "100"})) == [1001, 1002, 1001]
    assert shown(supervisor_client.get(LIST, {"q": "44207"})) == [1002]
    assert shown(supervisor_client.get(LIST, {"state": "signed_out"})) == [1002, 3001]
    assert shown(supervisor_client.get(LIST, {"state": "talking"})) == [2001]
    assert shown(supervisor_client.get(LIST, {"account": other.pk})) == [1001]
    assert len(shown(supervisor_client.get(LIST, {"state": "nonsense", "account": "x"}))) == 5
    assert "No agent matches" in supervisor_client.get(LIST, {"q": "nobody"}).content.decode()


def test_agents_that_are_off_are_listed_only_until_they_are_signed_out(supervisor_client: Client) -> None:
    make_agent(1001, is_active=False, state=AgentState.SIGNED_OUT)
    still_in = make_agent(1002, is_active=False)
    assert shown(supervisor_client.get(LIST)) == [1002]
    assert buttons(supervisor_client.get(LIST).content.decode(), still_in) == {"not-ready", "sign-out"}


def test_it_says_where_agents_are_added(supervisor_client: Client, administrator_client: Client) -> None:
    add = reverse("admin:dialer_agent_add")
    assert "An administrator can add agents" in supervisor_client.get(LIST).content.decode()
    assert add not in supervisor_client.get(LIST).content.decode()
    assert add in administrator_client.get(LIST).content.decode()


def test_the_same_url_is_a_page_or_a_fragment(supervisor_client: Client) -> None:
    make_agent()
    fragment = hx_get(supervisor_client, LIST)
    assert_fragment(fragment, "dialer/_agents.html", root_id="agents")
    again = supervisor_client.get(LIST, headers={"HX-Request": "true", "If-None-Match": fragment["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "change",
    [{"state": AgentState.BUSY}, {"reason": "x"}, {"polled_at": NOW - timedelta(days=1)}, {"offers_force": True}],
)
def test_a_change_is_news(supervisor_client: Client, change: dict[str, Any]) -> None:
    agent = seen_now(make_agent(state=AgentState.IDLE), since=NOW, polled_at=timezone.now())
    if "offers_force" in change:
        seen_now(agent, state=AgentState.SIGNED_OUT, since=NOW)
    fragment = hx_get(supervisor_client, LIST)
    AgentStatus.objects.update(**change)
    again = supervisor_client.get(LIST, headers={"HX-Request": "true", "If-None-Match": fragment["ETag"]})
    assert again.status_code == 200


def test_many_agents_cost_no_more_queries(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    for number in range(3):
        agent = make_agent(1001 + number, user=make_user())
        call = make_call_request(f"+44770090000{number}", agent=agent, state=State.ACCEPTED)
        AgentStatus.objects.filter(agent=agent).update(call=call, state=AgentState.TALKING)
    hx_get(supervisor_client, LIST)
    # Session, person, two for permissions, agents, totals.
    with django_assert_num_queries(6):
        hx_get(supervisor_client, LIST)


def test_the_list_has_pages(supervisor_client: Client) -> None:
    for number in range(52):
        make_agent(1001 + number)
    first = supervisor_client.get(LIST)
    assert len(shown(first)) == 50
    second = supervisor_client.get(LIST + first.context["page"].next_url)
    assert shown(second) == [1051, 1052]
    assert f'hx-get="{LIST}?after=' in second.content.decode()


def test_the_agent_says_who_asked_what_was_told_and_whom_it_called(supervisor_client: Client) -> None:
    agent = make_agent(name="Asha", skills="1;2")
    call = make_call_request(agent=agent, state=State.ACCEPTED)
    by = make_user("kim")
    AgentCommand.objects.create(agent=agent, kind=Kind.SIGN_IN, by=by, at=NOW, done_at=NOW, error="Wrong password.")
    AgentCommand.objects.create(agent=agent, kind=Kind.IDLE, by=by, at=NOW)
    AgentLogEntry.objects.create(agent=agent, at=NOW, kind="AgentOther_PhoneAlerting", call=call, content={"a": 1})
    AgentLogEntry.objects.create(agent=agent, at=NOW, kind="portal_lost", content={"text": "No answer for 120 s."})
    AgentLogEntry.objects.create(agent=agent, at=NOW, kind="AgentOther_New", content=[])
    html = " ".join(supervisor_client.get(detail(agent)).content.decode().split())
    for words in (
        "Agent 1001 Asha",
        "1;2",
        "Sign in · kim",
        "Wrong password.",
        "Pending.",
        "The agent&#x27;s own phone is ringing",
        "No answer for 120 s.",
        "AgentOther_New",
        call.get_absolute_url(),
    ):
        assert words in html, words
    assert call.callee not in html


def test_the_agent_is_polled(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    agent = seen_now(make_agent(), since=NOW)
    fragment = hx_get(supervisor_client, detail(agent))
    assert_fragment(fragment, "dialer/_agent.html", root_id="agent")
    headers = {"HX-Request": "true", "If-None-Match": fragment["ETag"]}
    with django_assert_num_queries(8):
        assert supervisor_client.get(detail(agent), headers=headers).status_code == 304
    CallRequest.objects.filter(pk=make_call_request(agent=agent).pk).update(stage="talking")
    assert supervisor_client.get(detail(agent), headers=headers).status_code == 200


def test_an_idle_agent_leads_to_the_call_form(supervisor_client: Client) -> None:
    agent = seen_now(make_agent())
    url = f"/calls/new/?agent={agent.pk}"
    assert url in supervisor_client.get(detail(agent)).content.decode()
    form = supervisor_client.get(url).context["form"]
    assert form["agent"].value() == agent.pk
    assert form.chosen_account == agent.account
