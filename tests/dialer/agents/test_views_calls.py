"""Pages of calls that an agent places, or an agent's phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from dialer.models import AgentCommand, CallEvent, CallRequest, Disposition, EventKind, Stage, State
from dialer.outcomes import stages
from tests.support.builders import NOW, make_account, make_agent, make_agent_phone, make_call_request, make_did
from tests.support.htmx import hx_get, hx_post

pytestmark = pytest.mark.django_db


def standings(client: Client, call: CallRequest) -> list[str]:
    return re.findall(r'class="stage stage-(\w+)"', client.get(call.get_absolute_url()).content.decode())


def accepted(**columns: Any) -> CallRequest:
    return make_call_request(**{"agent": make_agent(name="Asha"), "state": State.ACCEPTED, **columns})


def test_a_call_without_did_and_connect_number_has_pages(supervisor_client: Client) -> None:
    call = accepted(options={"skill_id": 7, "media": 2, "call_data": "order 12"})
    html = supervisor_client.get(call.get_absolute_url()).content.decode()
    for words in ("1001 Asha", "chosen by the provider", "the agent&#x27;s own phone", "Skill queue", "order 12"):
        assert words in html or words.replace("&#x27;", "'") in html, words
    assert "Negotiated" in html
    assert "Connect number" not in html
    row = supervisor_client.get("/calls/").content.decode()
    assert "DID chosen by the provider" in row
    assert "1001 Asha" in row


def test_a_call_by_an_agents_phone_has_pages(auditor_client: Client) -> None:
    call = make_call_request(
        agent_phone=make_agent_phone(label="Desk 1"),
        did=make_did("+442079460011", account=make_account("AICC", kind="huawei_aicc", env_prefix="AICC")),
        state=State.ACCEPTED,
        options={"agent_id": "101", "agent_sees": "44"},
    )
    html = auditor_client.get(call.get_absolute_url()).content.decode()
    for words in ("70001", "Desk 1", "+44 20 7946 0011", "Agent number", "Number shown to the agent"):
        assert words in html, words
    row = auditor_client.get("/calls/").content.decode()
    assert "Desk 1" in row
    assert "70001" not in row
    assert "+44 20 7946 0011" in row


def test_such_a_call_can_be_placed_again(supervisor_client: Client) -> None:
    call = accepted(disposition=Disposition.NO_ANSWER, closed_at=NOW, options={"skill_id": 7})
    url = f"/calls/{call.reference}/again/"
    page = supervisor_client.get(url)
    assert "1001 Asha" in page.content.decode()
    supervisor_client.post(url, {"idempotency_key": page.context["form"]["idempotency_key"].value()})
    again = CallRequest.objects.get(retry_of=call)
    assert (again.agent, again.did, again.options) == (call.agent, None, {"skill_id": 7})


def test_it_shows_how_far_the_call_is(supervisor_client: Client) -> None:
    call = accepted()
    assert standings(supervisor_client, call) == ["next"] * 5
    stages.advance_stage(call.pk, Stage.AGENT_RINGING, at=NOW)
    assert standings(supervisor_client, call) == ["now", "next", "next", "next", "next"]
    assert "Once the agent answers" in supervisor_client.get(call.get_absolute_url()).content.decode()
    stages.advance_stage(call.pk, Stage.TALKING, at=NOW)
    assert standings(supervisor_client, call) == ["done", "done", "done", "now", "next"]
    CallRequest.objects.filter(pk=call.pk).update(closed_at=NOW, disposition=Disposition.ANSWERED)
    assert standings(supervisor_client, call) == ["done", "skipped", "skipped", "done", "done"]


def test_a_call_of_which_no_stage_is_told_shows_none(supervisor_client: Client) -> None:
    assert standings(supervisor_client, make_call_request(state=State.ACCEPTED)) == []


def test_a_stage_is_news_for_page_and_list(supervisor_client: Client) -> None:
    call = accepted()
    for url in (call.get_absolute_url(), "/calls/"):
        CallRequest.objects.filter(pk=call.pk).update(stage="")
        fragment = hx_get(supervisor_client, url)
        stages.advance_stage(call.pk, Stage.AGENT_RINGING, at=NOW)
        again = supervisor_client.get(url, headers={"HX-Request": "true", "If-None-Match": fragment["ETag"]})
        assert again.status_code == 200
        assert "The agent&#x27;s phone is ringing" in again.content.decode()


def test_the_history_says_what_happened_on_the_line(supervisor_client: Client) -> None:
    call = accepted()
    kinds = (EventKind.AGENT_RINGS, EventKind.AGENT_ANSWERS, EventKind.RINGS, EventKind.TALKS, EventKind.HANG_UP)
    for kind in kinds:
        CallEvent.objects.create(call=call, kind=kind, at=NOW)
    html = supervisor_client.get(call.get_absolute_url()).content.decode()
    assert html.count('class="timeline-title"') == len(kinds)


@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED, State.IN_DOUBT])
def test_an_open_call_of_an_agent_can_be_hung_up(supervisor_client: Client, state: str) -> None:
    call = accepted(state=state)
    assert 'id="call-hang-up"' in supervisor_client.get(call.get_absolute_url()).content.decode()
    response = hx_post(supervisor_client, f"/calls/{call.reference}/hang-up/")
    assert response["HX-Redirect"] == call.get_absolute_url()
    command = AgentCommand.objects.get()
    assert (command.kind, command.call, command.by.username) == (AgentCommand.Kind.HANG_UP, call, "sam")
    again = supervisor_client.post(f"/calls/{call.reference}/hang-up/", follow=True)
    assert "already ending this call" in again.content.decode()


def test_a_call_that_is_over_or_of_no_agent_cannot_be_hung_up(supervisor_client: Client) -> None:
    over = accepted(closed_at=NOW, disposition=Disposition.ANSWERED)
    plain = make_call_request("+447700900002", state=State.ACCEPTED)
    for call in (over, plain):
        assert 'id="call-hang-up"' not in supervisor_client.get(call.get_absolute_url()).content.decode()
        supervisor_client.post(f"/calls/{call.reference}/hang-up/")
    assert not AgentCommand.objects.exists()


def test_an_auditor_hangs_nothing_up(auditor_client: Client) -> None:
    call = accepted()
    assert 'id="call-hang-up"' not in auditor_client.get(call.get_absolute_url()).content.decode()
    assert auditor_client.post(f"/calls/{call.reference}/hang-up/").status_code == 403


def test_many_agents_calls_cost_no_more_queries(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    for number in range(4):
        make_call_request(f"+44770090000{number}", agent=make_agent(1001 + number), state=State.ACCEPTED)
    supervisor_client.get("/calls/")
    # Session, person, two for permissions, calls.
    with django_assert_num_queries(5):
        hx_get(supervisor_client, "/calls/")


@pytest.mark.parametrize("of_agent", [True, False])
def test_a_doubt_of_such_a_call_is_on_the_desk(supervisor_client: Client, of_agent: bool) -> None:
    ours = {"agent": make_agent()} if of_agent else {"agent_phone": make_agent_phone()}
    call = make_call_request(state=State.IN_DOUBT, **ours)
    assert call.reference in supervisor_client.get("/calls/in-doubt/").content.decode()
