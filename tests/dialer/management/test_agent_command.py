from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dialer.models import AgentCommand, AgentState, AgentStatus
from tests.support.builders import NOW, make_account, make_agent, make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str, user: str = "sam") -> tuple[int, list[dict[str, Any]], str]:
    """Exit status, what was printed, and what was said on standard error."""
    out, err = StringIO(), StringIO()
    make_user()
    try:
        call_command("agent", *arguments, "--user", user, stdout=out, stderr=err)
    except CommandError as exc:
        return exc.returncode, [], str(exc)
    except SystemExit as exc:
        return int(exc.code or 0), json.loads(out.getvalue()), err.getvalue()
    return 0, json.loads(out.getvalue()), err.getvalue()


def test_all_active_agents_are_shown_with_what_they_do():
    make_agent(1001, state=AgentState.TALKING)
    make_agent(1002, state=AgentState.SIGNED_OUT)
    make_agent(1003, is_active=False)
    status, printed, _ = run("status")
    assert status == 0
    assert [(row["agent"], row["state"]) for row in printed] == [(1001, "talking"), (1002, "signed_out")]


def test_several_are_signed_in_at_once():
    for agent_id in (1001, 1002):
        make_agent(agent_id, state=AgentState.SIGNED_OUT)
    status, printed, _ = run("sign-in", "1001", "1002")
    assert status == 0
    assert {row["state"] for row in printed} == {"signing_in"}
    assert set(AgentCommand.objects.values_list("agent__agent_id", "kind")) == {(1001, "sign_in"), (1002, "sign_in")}


def test_another_client_is_thrown_out_only_with_force():
    make_agent(1001, state=AgentState.SIGNED_OUT)
    run("sign-in", "1001", "--force")
    assert AgentCommand.objects.get().kind == "force_in"


def test_one_that_is_refused_says_why_and_does_not_hold_up_the_others():
    make_agent(1001)
    make_agent(1002, state=AgentState.SIGNED_OUT)
    status, printed, said = run("sign-in", "1001", "1002")
    assert status == 1
    assert "already signed in" in said
    assert [row["state"] for row in printed] == ["idle", "signing_in"]


def test_an_unknown_agent_and_one_of_two_accounts_are_wrong_arguments():
    make_agent(1001)
    make_agent(1001, account=make_account("Gateway 2", kind="huawei_ccgateway", env_prefix="CCGATEWAY2"))
    assert run("sign-in", "4711")[::2] == (2, "There is no active agent 4711. Add it in the admin.")
    status, _, said = run("ready", "1001")
    assert (status, "--account" in said) == (2, True)
    assert run("ready", "1001", "--account", "CC-Gateway")[0] == 0


def test_waiting_ends_with_status_1_when_nobody_does_it():
    make_agent(1001)
    assert run("not-ready", "1001", "--wait", "0.2")[0] == 1


def test_waiting_ends_when_it_is_done():
    agent = make_agent(1001, state=AgentState.SIGNED_OUT)
    AgentCommand.objects.create(agent=agent, kind="idle", by=make_user(), at=NOW, done_at=NOW)
    assert run("status", "1001", "--wait", "0.2")[0] == 0


def test_whoever_may_not_use_agents_is_told_so():
    make_agent(1001, state=AgentState.SIGNED_OUT)
    make_user("ann", group="Auditor")
    assert run("status", user="ann")[0] == 0
    status, _, said = run("sign-in", "1001", user="ann")
    assert (status, "not have permission" in said) == (1, True)
    assert AgentStatus.objects.get().state == AgentState.SIGNED_OUT
