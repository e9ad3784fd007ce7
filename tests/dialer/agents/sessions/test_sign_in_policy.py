"""Signing in and out, and what the desk does by itself and what only when somebody asks."""

from __future__ import annotations

import asyncio

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from dialer.agents import services as agent_services
from dialer.agents.services import AgentRefused
from dialer.models import Agent, AgentCommand, AgentLogEntry, AgentState, State
from sandbox.huawei_ccgateway.session import Session
from tests.dialer.agents.sessions.conftest import ANSWERED
from tests.support.builders import make_user


def somebody_else_is_in(office):
    """Another program signs in as the agent."""
    now = office.sandbox.monotonic()
    session = Session(phone="7", auto_idle=True, release_phone=True, started=now, heard=now, polling=1)
    office.gateway_agent().begin(session, state=4, forced=False)


def test_an_agent_is_signed_in_and_out(office):
    async def story():
        await office.signed_in()
        await office.ask(agent_services.sign_out)
        await office.until(office.is_in(AgentState.SIGNED_OUT))
        await office.until(lambda: not AgentCommand.objects.filter(done_at=None).exists())

    office.run(story)
    status = office.status()
    assert (status.is_wanted, status.session_box, status.held_by) == (False, "", None)
    assert office.gateway_agent().session is None
    assert set(AgentLogEntry.objects.values_list("kind", flat=True)) >= {"portal_signed_in", "portal_signed_out"}


def test_a_wrong_password_is_told_and_not_tried_again(office):
    office.agent.set_password("wrong", now=timezone.now())
    office.agent.save()

    async def story():
        command = await office.sign_in()
        await asyncio.sleep(0.5)
        return command

    command = office.run(story)
    status = office.status()
    assert "password is wrong" in command.error
    assert (status.state, status.is_wanted, status.offers_force) == ("signed_out", False, False)
    assert "password is wrong" in status.reason
    assert office.gateway_agent().wrong_passwords == 1


def test_another_client_is_thrown_out_only_when_somebody_says_so(office):
    somebody_else_is_in(office)

    async def story():
        await office.sign_in()
        refused = office.status
        await office.until(lambda: refused().offers_force)
        await asyncio.sleep(0.5)
        assert office.gateway_agent().forced_sign_ins == 0
        await office.sign_in(force=True)
        await office.until(office.is_in(AgentState.IDLE))

    office.run(story)
    assert office.gateway_agent().forced_sign_ins == 1
    assert not office.status().offers_force


def test_a_kicked_agent_is_signed_in_again(office):
    async def story():
        await office.signed_in()
        office.gateway_agent().end_session()
        await office.until(lambda: office.gateway_agent().sign_ins == 2)
        await office.until(office.is_in(AgentState.IDLE))

    office.run(story)
    assert office.gateway_agent().forced_sign_ins == 0


def test_whoever_is_thrown_out_does_not_throw_back(office, monkeypatch):
    from dialer.agents.sessions import sign_in_policy

    monkeypatch.setattr(sign_in_policy, "FORGOTTEN_AFTER", 0.5)

    async def story():
        await office.signed_in()
        somebody_else_is_in(office)
        await office.until(lambda: office.status().offers_force)

    office.run(story)
    status = office.status()
    assert (status.state, status.is_wanted) == (AgentState.SIGNED_OUT, False)
    assert office.gateway_agent().forced_sign_ins == 0


def test_an_agent_in_a_call_stays_signed_in(open_office):
    office = open_office(speed=0.3)

    async def story():
        await office.signed_in()
        await office.call(ANSWERED)
        await office.until(office.is_in(AgentState.DIALLING), seconds=15)
        command = await office.ask(agent_services.sign_out)
        await office.until(lambda: AgentCommand.objects.get(pk=command.pk).done_at)
        await office.until(office.is_in(AgentState.TALKING), seconds=15)
        return await AgentCommand.objects.aget(pk=command.pk)

    command = office.run(story)
    assert "100-010" in command.error
    assert office.status().is_wanted


def test_signing_out_by_force_ends_the_call(open_office):
    office = open_office(speed=0.3)

    async def story():
        await office.signed_in()
        call = await office.call(ANSWERED)
        await office.until(office.is_in(AgentState.TALKING), seconds=15)
        await office.ask(agent_services.sign_out, force=True)
        await office.until(office.is_in(AgentState.SIGNED_OUT))
        return await office.closed(call)

    assert office.run(story).disposition == "answered"


def test_calls_that_wait_for_an_agent_who_signs_out_say_why(office):
    async def story():
        await office.signed_in()
        call = await office.call(ANSWERED)
        await office.ask(agent_services.sign_out, force=True)
        return await office.closed(call)

    call = office.run(story)
    assert call.state in (State.CANCELLED, State.ACCEPTED)
    if call.state == State.CANCELLED:
        assert "signed out" in call.reason


def test_an_agent_that_is_switched_off_is_signed_out(office):
    async def story():
        await office.signed_in()
        await Agent.objects.aupdate(is_active=False)
        await office.until(office.is_in(AgentState.SIGNED_OUT))

    office.run(story)
    assert office.gateway_agent().session is None
    assert "switched off" in office.status().reason


def test_ready_and_not_ready(office):
    async def story():
        await office.signed_in()
        await office.ask(agent_services.set_ready, ready=False)
        await office.until(office.is_in(AgentState.BUSY))
        await office.ask(agent_services.set_ready, ready=True)
        await office.until(office.is_in(AgentState.IDLE))

    office.run(story)


def ask(what, office, **options):
    return what(agent=office.agent, by=office.user, now=timezone.now(), **options)


def test_pointless_wishes_are_refused(office):
    with pytest.raises(AgentRefused, match="already signed out"):
        ask(agent_services.sign_out, office)
    with pytest.raises(AgentRefused, match="not signed in"):
        ask(agent_services.set_ready, office, ready=True)
    ask(agent_services.sign_in, office)
    with pytest.raises(AgentRefused, match="already being signed in"):
        ask(agent_services.sign_in, office)


def test_an_agent_without_a_password_is_refused(office):
    Agent.objects.update(password_box="")
    office.agent.refresh_from_db()
    with pytest.raises(AgentRefused, match="no password"):
        ask(agent_services.sign_in, office)


def test_who_may_not_use_agents_is_refused(office):
    office.user = make_user("stu", group="")
    for what, options in [
        (agent_services.sign_in, {}),
        (agent_services.sign_out, {}),
        (agent_services.set_ready, {"ready": True}),
    ]:
        with pytest.raises(PermissionDenied):
            ask(what, office, **options)
