"""Parts of the desk that need no gateway."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from dialer.agents.sessions import retention, sealed_sessions, sign_in_policy
from dialer.agents.sessions.desk import Alarm
from dialer.agents.sessions.http_lanes import PER_LANE, Lanes
from dialer.agents.sessions.notifications import Bell
from dialer.models import AgentLogEntry
from dialer.support import crypto
from telephony.contract.agents import SavedSession
from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, RequestNotSent, RequestRejected
from tests.support.builders import NOW, make_agent

SESSION = SavedSession(guid="abc.AgentGateway0", cookies=(("NODE", "1"),))


def test_a_session_is_kept_sealed():
    box = sealed_sessions.box_of(SESSION)
    assert "AgentGateway0" not in box
    assert sealed_sessions.open_box(box) == SESSION


@pytest.mark.parametrize(
    "box",
    ["", "nonsense", crypto.seal("[]"), crypto.seal('{"guid": "a", "cookies": [1]}')],
    ids=["empty", "nonsense", "no object", "cookies of another form"],  # a sealed text differs each time
)
def test_a_box_that_cannot_be_opened_is_no_session(box):
    assert sealed_sessions.open_box(box) is None


@pytest.mark.parametrize(
    ("error", "may_be_ours", "again", "offers_force"),
    [
        (RequestRejected("in already", code="100-002"), False, False, True),
        (RequestRejected("in already", code="100-002"), True, True, False),
        (RequestRejected("wrong password", code="100-004"), True, False, False),
        (CredentialsRefused("no settings"), False, False, False),
        (RequestNotSent("no connection"), False, True, False),
        (OutcomeUnknown("reset"), False, True, False),
    ],
)
def test_what_follows_from_a_refused_sign_in(error, may_be_ours, again, offers_force):
    verdict = sign_in_policy.judge(error, may_be_ours=may_be_ours, tries=1)
    assert (verdict.again_in is not None, verdict.offers_force) == (again, offers_force)
    assert verdict.may_be_in == isinstance(error, OutcomeUnknown)


def test_tries_come_less_often():
    waits = [sign_in_policy.judge(RequestNotSent("away"), may_be_ours=False, tries=n).again_in for n in range(1, 8)]
    assert waits == [2, 4, 8, 16, 30, 30, 30]


def test_twenty_agents_share_a_client():
    lanes = Lanes()
    assert [lanes.of(1, agent) for agent in range(PER_LANE + 1)] == [0] * PER_LANE + [1]
    assert lanes.of(2, 100) == 0
    assert lanes.of(1, 3) == 0
    lanes.leave(3)
    assert lanes.of(1, 200) == 0


def test_the_alarm_hears_a_clock_that_jumped():
    alarm = Alarm()
    assert not alarm.is_over(20)
    monotonic, wall = Alarm.now()
    alarm.set((monotonic, wall - 60))
    assert alarm.is_over(20)
    alarm.set((monotonic - 60, wall))
    assert alarm.is_over(20)


def test_the_bell_knows_for_whom_it_rings():
    async def story():
        bell = Bell()
        bell.ring("7")
        bell.ring("not a number")
        await bell.wait(5)
        return bell.knows_others_than([7]), bell.knows_others_than([])

    assert asyncio.run(story()) == (False, False)


def test_the_bell_asks_for_unknown_agents():
    async def story():
        bell = Bell()
        bell.ring("7")
        return bell.knows_others_than([8])

    assert asyncio.run(story())


@pytest.mark.django_db
def test_old_events_are_forgotten():
    agent = make_agent()
    for days in (29, 31):
        AgentLogEntry.objects.create(agent=agent, at=NOW - timedelta(days=days), kind="AgentState_Ready")
    assert retention.forget_old(now=NOW) == 1
    assert AgentLogEntry.objects.get().at == NOW - timedelta(days=29)
