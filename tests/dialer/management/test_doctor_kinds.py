"""What the doctor and the start-up checks say of providers with tokens, callbacks and agents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from dialer.checks import check_accounts, check_agent_hold
from dialer.models import Agent, AgentPhone, AgentState, AgentStatus
from tests.dialer.management.test_commands import run
from tests.support.aicc import Aicc
from tests.support.builders import make_agent, make_agent_phone, make_aicc_account, make_gateway_account

pytestmark = pytest.mark.django_db


def account_of(*arguments: str) -> tuple[dict[str, Any], str]:
    """What is printed of the only account, and all its problems."""
    printed = run("doctor", *arguments)[1]
    (account,) = printed["accounts"]
    return account, " ".join(account["problems"])


@pytest.fixture
def aicc(monkeypatch: pytest.MonkeyPatch) -> Aicc:
    def answer(url: str, **_options: Any) -> httpx.Response:
        return httpx.Response(404, request=httpx.Request("GET", url))

    monkeypatch.setattr("httpx.get", answer)
    make_agent_phone()
    return Aicc(monkeypatch)


def test_a_token_is_asked_for_and_nobody_is_called(aicc):
    account, problems = account_of()
    assert (account["access"], account["agent_phones"], problems) == (True, 1, "")
    assert aicc.asked("createCall") == 0
    assert set(account["webhook_urls"]) == {"connected", "released"}


def test_why_there_is_no_token_is_said(aicc, monkeypatch):
    monkeypatch.setenv("AICC_APP_SECRET", "another-secret")
    account, problems = account_of()
    assert account["access"] is False
    assert "gave no access token" in problems
    assert "another-secret" not in problems


def test_offline_nobody_is_asked(aicc):
    AgentPhone.objects.all().delete()
    make_aicc_account()
    account, problems = account_of("--offline")
    assert "access" not in account
    assert not aicc.sandbox.received
    assert "There are no agent phones" in problems


def test_agents_are_counted_with_what_is_wrong():
    make_agent(1001)
    make_agent(1002, state=AgentState.SIGNED_OUT)
    make_agent(1003, state=AgentState.LOST)
    Agent.objects.filter(agent_id=1002).update(password_box="")
    Agent.objects.filter(agent_id=1003).update(password_box="sealed elsewhere")
    account, problems = account_of("--offline")
    assert account["agents"] == {
        "active": 3,
        "without_password": 1,
        "unreadable_password": 1,
        "signed_in": 1,
        "lost": 1,
        "not_looked_after": 2,
    }
    assert "1 agent has no password, so it cannot be signed in." in problems
    assert "no worker is managing them" in problems


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, ""),
        (1, "1 agent has no password, so it cannot be signed in. Enter one in the admin."),
        (2, "2 agents have no password, so they cannot be signed in. Enter their passwords in the admin."),
    ],
)
def test_agents_without_a_password_are_reported_in_one_sentence(count: int, sentence: str):
    make_agent(1001)
    for agent_id in range(1002, 1002 + count):
        make_agent(agent_id)
    Agent.objects.exclude(agent_id=1001).update(password_box="")
    AgentStatus.objects.update(is_wanted=False)
    assert account_of("--offline")[1] == sentence


def test_agents_of_a_live_worker_are_looked_after():
    agent = make_agent()
    until = timezone.now() + timedelta(seconds=20)
    AgentStatus.objects.filter(agent=agent).update(held_by="0" * 31 + "1", held_until=until)
    account, problems = account_of("--offline")
    assert (account["agents"]["not_looked_after"], problems) == (0, "")


def test_a_certificate_file_that_is_none_is_told(monkeypatch):
    make_gateway_account()
    monkeypatch.setenv("CCGATEWAY_CA_BUNDLE", "/nowhere/gateway.pem")
    _, problems = account_of()
    assert problems.count("CCGATEWAY_CA_BUNDLE") == 1


def test_a_callback_address_that_no_provider_reaches_is_told_at_start_up(monkeypatch, settings):
    make_aicc_account()
    (message,) = check_accounts(None, databases=["default"])
    assert message.id == "dialer.W003"
    settings.PORTAL_PUBLIC_URL = "https://portal.example"
    assert check_accounts(None, databases=["default"]) == []
    settings.PORTAL_PUBLIC_URL = "http://127.0.0.1:8000"
    monkeypatch.setenv("AICC_BASE_URL", "http://127.0.0.1:8010")
    assert check_accounts(None, databases=["default"]) == []


@pytest.mark.parametrize(("seconds", "is_good"), [(5, False), (6, True), (15, True), (60, True), (61, False)])
def test_the_hold_on_agents_has_its_bounds(settings, seconds, is_good):
    settings.PORTAL_AGENT_HOLD_SECONDS = seconds
    found = check_agent_hold(None)
    assert bool(found) is not is_good
    assert all("from 6 to 60" in message.hint for message in found)
