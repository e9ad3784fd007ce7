"""Agents in a portal of its own with two workers: calls live, a worker that is killed, and nobody polls twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import agents
from tests.support.live import LivePortal, wait_for

pytestmark = pytest.mark.xdist_group("live-agents")

WORKERS = ["one", "two"]
CALLED = "+447700900000"
TALKATIVE = "+447700900009"
"""Answers after four phases of the sandbox's speed and talks for six."""
STAGES = ["agent_rings", "agent_on", "rings", "talks"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    live = LivePortal(
        tmp_path_factory.mktemp("agents"),
        PORTAL_LEASE_SECONDS="8",
        PORTAL_AGENT_HOLD_SECONDS="8",
        PORTAL_RETRY_SECONDS="0.2",
        SANDBOX_SPEED="0.5",
        SANDBOX_CCGATEWAY_GUID_SECONDS="2",
        SANDBOX_CCGATEWAY_POLL_SECONDS="3",
    )
    try:
        live.prepare()
        live.run("make_agents", count=4)
        live.start_sandbox()
        for name in WORKERS:
            live.start_worker(name)
        yield live
    finally:
        live.stop()


@pytest.fixture
def agent(portal: LivePortal) -> int:
    """Signed in and idle."""
    if agents.states(portal)[1001] != "idle":
        agents.sign_in(portal, [1001])
    return 1001


def kinds(portal: LivePortal, reference: str) -> list[str]:
    query = """SELECT e.kind FROM dialer_callevent e JOIN dialer_callrequest c ON c.id = e.call_id
                WHERE c.reference = %s ORDER BY e.id"""
    return [kind for (kind,) in portal.sql(query, reference)]


def is_at(portal: LivePortal, reference: str, stage: str) -> Any:
    try:
        return wait_for(lambda: agents.call(portal, reference)["stage"] == stage, seconds=30, what=stage)
    except AssertionError as error:
        seen = agents.call(portal, reference), kinds(portal, reference), agents.states(portal)
        raise AssertionError(f"{error}; seen: {seen}") from None


def closed(portal: LivePortal, reference: str, *, seconds: float = 60) -> dict[str, Any]:
    wait_for(lambda: agents.call(portal, reference)["closed_at"], seconds=seconds, what="a result")
    return agents.call(portal, reference)


def test_a_call_shows_its_stages_and_gets_its_result(portal, agent):
    before = agents.gateway(portal)[agent]
    reference = agents.place(portal, agent, CALLED)["reference"]
    call = closed(portal, reference)
    assert (call["state"], call["disposition"]) == ("accepted", "answered")
    assert [kind for kind in kinds(portal, reference) if kind in STAGES] == STAGES
    assert agents.gateway(portal)[agent]["double_polls"] == before["double_polls"]


def test_a_call_is_hung_up(portal, agent):
    wait_for(lambda: agents.are_idle(portal, [agent]))
    portal.control("config", speed=2.0)
    try:
        reference = agents.place(portal, agent, TALKATIVE)["reference"]
        is_at(portal, reference, "talking")
        portal.run("hang_up", reference=reference)
        assert closed(portal, reference, seconds=10)["disposition"] == "answered"
    finally:
        portal.control("config", speed=0.5)
    assert "hang_up" in kinds(portal, reference)


def test_another_worker_goes_on_when_one_is_killed(portal, agent):
    wait_for(lambda: agents.are_idle(portal, [agent]))
    before = agents.gateway(portal)[agent]
    portal.control("config", speed=2.0)
    try:
        reference = agents.place(portal, agent, TALKATIVE)["reference"]
        is_at(portal, reference, "talking")
    finally:
        portal.control("config", speed=0.5)
    killed = agents.holder(portal, agent, WORKERS)
    portal.kill(killed)
    began = time.monotonic()
    try:
        wait_for(lambda: agents.holder(portal, agent, WORKERS) not in ("", killed), seconds=60, what="another worker")
        call = closed(portal, reference, seconds=90)
        wait_for(lambda: agents.are_idle(portal, [agent]), what="the agent is idle again")
    finally:
        portal.start_worker(killed)
    assert time.monotonic() - began < 100
    assert (call["state"], call["disposition"]) == ("accepted", "answered")
    now = agents.gateway(portal)[agent]
    assert (now["double_polls"], now["sign_ins"]) == (before["double_polls"], before["sign_ins"])
    assert kinds(portal, reference).count("talks") == 1


def test_an_agent_stays_signed_in_while_its_worker_is_restarted(portal, agent):
    wait_for(lambda: agents.are_idle(portal, [agent]))
    before = agents.gateway(portal)[agent]
    name = agents.holder(portal, agent, WORKERS)
    portal.end(name)
    portal.start_worker(name)
    wait_for(lambda: agents.gateway(portal)[agent]["polls"] > before["polls"] + 3, seconds=60, what="polls")
    now = agents.gateway(portal)[agent]
    assert (now["double_polls"], now["sign_ins"]) == (before["double_polls"], before["sign_ins"])


def test_agents_sign_out(portal, agent):
    portal.run("ask_agents", what="sign_out", agents=[agent])
    wait_for(lambda: agents.states(portal)[agent] == "signed_out")
    assert not agents.gateway(portal)[agent]["signed_in"]
