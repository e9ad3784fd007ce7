from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dialer.models import Agent, AgentCommand, AgentLogEntry, AgentPhone, CallRequest
from tests.support.builders import (
    NOW,
    make_account,
    make_agent,
    make_agent_phone,
    make_aicc_account,
    make_call_request,
    make_gateway_account,
    make_user,
)

pytestmark = pytest.mark.django_db

PASSWORD = "Wint3r-garden"
STATUS = {"status-TOTAL_FORMS": "0", "status-INITIAL_FORMS": "0"}


def admin_url(model: str, view: str = "changelist", *args: object) -> str:
    return reverse(f"admin:dialer_{model}_{view}", args=args)


def entered(**changes: Any) -> dict[str, Any]:
    data = {"account": make_gateway_account().pk, "agent_id": "1001", "phone": "442079460101", "is_active": "on"}
    return {**data, **STATUS, "new_password": PASSWORD, **changes}


def test_an_administrator_adds_an_agent_whose_password_is_never_shown(administrator_client: Client) -> None:
    administrator_client.post(admin_url("agent", "add"), entered(name="Asha", skills="1;2"))
    agent = Agent.objects.get()
    assert agent.login().password == PASSWORD
    assert PASSWORD not in agent.password_box
    for url in (
        admin_url("agent"),
        admin_url("agent", "change", agent.pk),
        admin_url("agent", "history", agent.pk),
        admin_url("change"),
    ):
        html = administrator_client.get(url).content.decode()
        assert PASSWORD not in html
        assert agent.password_box not in html
    assert "set on" in administrator_client.get(admin_url("agent", "change", agent.pk)).content.decode()


def test_a_changed_agent_keeps_its_password_unless_a_new_one_is_entered(administrator_client: Client) -> None:
    administrator_client.post(admin_url("agent", "add"), entered())
    agent = Agent.objects.get()
    change = admin_url("agent", "change", agent.pk)
    administrator_client.post(change, entered(name="Ben", new_password=""))
    agent.refresh_from_db()
    assert (agent.name, agent.login().password) == ("Ben", PASSWORD)
    administrator_client.post(change, entered(new_password="Another-one"))
    agent.refresh_from_db()
    assert agent.login().password == "Another-one"


def test_that_a_password_was_changed_is_kept_and_by_whom(administrator_client: Client) -> None:
    administrator_client.post(admin_url("agent", "add"), entered())
    events = Agent.pgh_event_model.objects
    agent = Agent.objects.get()
    administrator_client.post(admin_url("agent", "change", agent.pk), entered(new_password="Another-one"))
    assert events.count() == 2
    assert events.values_list("password_set_at").distinct().count() == 2
    assert not hasattr(events.first(), "password_box")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"new_password": ""}, "new_password"),
        ({"new_password": "x" * 33}, "new_password"),
        ({"new_password": "two\nlines"}, "new_password"),
        ({"agent_id": "100"}, "agent_id"),
        ({"agent_id": "1000000"}, "agent_id"),
        ({"phone": "+442079460101"}, "phone"),
        ({"skills": "1,2"}, "skills"),
    ],
)
def test_what_the_provider_would_not_take_is_refused(
    administrator_client: Client, changes: dict[str, str], wrong: str
) -> None:
    page = administrator_client.post(admin_url("agent", "add"), entered(**changes))
    assert list(page.context["adminform"].form.errors) == [wrong]
    assert not Agent.objects.exists()


def test_an_agent_belongs_to_a_provider_with_agents(administrator_client: Client) -> None:
    page = administrator_client.post(admin_url("agent", "add"), entered(account=make_account().pk))
    assert list(page.context["adminform"].form.errors) == ["account"]


def test_the_same_agent_twice_is_refused(administrator_client: Client) -> None:
    make_agent()
    page = administrator_client.post(admin_url("agent", "add"), entered())
    assert "already has an agent with this ID" in page.content.decode()


def test_an_administrator_adds_an_agents_phone(administrator_client: Client) -> None:
    form = {"number": "70002", "label": "Desk 2", "account": make_aicc_account().pk, "is_active": "on"}
    administrator_client.post(admin_url("agentphone", "add"), form)
    phone = AgentPhone.objects.get()
    assert str(phone) == "70002 Desk 2"
    assert "entered by hand" in administrator_client.get(admin_url("agentphone")).content.decode()
    page = administrator_client.post(admin_url("agentphone", "add"), {**form, "number": "+70003"})
    assert list(page.context["adminform"].form.errors) == ["number"]
    page = administrator_client.post(admin_url("agentphone", "add"), {**form, "account": make_account().pk})
    assert "account" in page.context["adminform"].form.errors


@pytest.mark.parametrize(("model", "make"), [("agent", make_agent), ("agentphone", make_agent_phone)])
def test_what_is_in_use_is_not_deleted(administrator_client: Client, model: str, make: Any) -> None:
    row = make()
    make_call_request(**{"agent" if model == "agent" else "agent_phone": row})
    page = administrator_client.post(admin_url(model, "delete", row.pk), {"post": "yes"}, follow=True)
    assert "cannot be deleted" in page.content.decode()
    assert "1 call<" in administrator_client.get(admin_url(model)).content.decode()


def test_a_supervisor_looks_at_agents_and_changes_nothing(supervisor_client: Client) -> None:
    agent = make_agent()
    page = supervisor_client.get(admin_url("agent", "change", agent.pk))
    assert page.status_code == 200
    assert "new_password" not in page.content.decode()
    assert supervisor_client.post(admin_url("agent", "change", agent.pk), entered()).status_code == 403
    assert supervisor_client.get(admin_url("agent", "add")).status_code == 403


def test_what_was_asked_and_told_is_for_looking(administrator_client: Client) -> None:
    agent = make_agent()
    call = make_call_request(agent=agent, options={"skill_id": 7, "media": 1}, stage="talking")
    AgentCommand.objects.create(agent=agent, kind="sign_in", by=make_user("kim"), at=NOW)
    content = {"eventType": "AgentEvent_Talking", "content": {"caller": "447700900001"}}
    entry = AgentLogEntry.objects.create(agent=agent, at=NOW, kind="AgentEvent_Talking", call=call, content=content)
    assert "kim" in administrator_client.get(admin_url("agentcommand")).content.decode()
    assert "AgentEvent_Talking" in administrator_client.get(admin_url("agentlogentry")).content.decode()
    url = admin_url("agentlogentry", "change", entry.pk)
    assert "AgentEvent_Talking" in administrator_client.get(url).content.decode()
    for model in ("agentcommand", "agentlogentry"):
        assert administrator_client.get(admin_url(model, "add")).status_code == 403
    html = administrator_client.get(admin_url("callrequest", "change", call.pk)).content.decode()
    assert "Skill queue: 7; Voice or video: Video" in html
    assert "1001" in administrator_client.get(admin_url("callrequest")).content.decode()
    assert CallRequest.objects.get() == call


def test_many_agents_cost_no_more_queries(administrator_client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        make_agent(1001 + number, user=make_user(f"user{number}"))
    administrator_client.get(admin_url("agent"))
    with django_assert_max_num_queries(20):
        administrator_client.get(admin_url("agent"))
